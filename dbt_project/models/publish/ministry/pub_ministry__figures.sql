{{ chosen_figures(['public', 'ministry']) }}
