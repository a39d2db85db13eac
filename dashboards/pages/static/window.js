// What the app says to the browser's window: title, language, sample colours; a page that changed is read from its top.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.jiugai = {
  window: function (about) {
    if (about) {
      document.title = about.title;
      document.documentElement.lang = about.lang === "en" ? "en" : "zh-CN";
      document.body.className = about.sample ? "sample" : "real";
      var shown = window.location.pathname + window.location.search;
      if (window.jiugaiShown && window.jiugaiShown.split("?")[0] !== window.location.pathname) { window.scrollTo(0, 0); }
      window.jiugaiShown = shown;
      document.documentElement.setAttribute("data-shown", shown);
    }
    return null;
  }
};
