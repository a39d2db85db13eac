{{ chosen_figures(['public']) }}
