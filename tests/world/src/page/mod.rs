//! What the world's pages share: the language, the frame, the style.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use senim_core::text::Language;

/// Cookies know no ports: the platform's own pages on the same machine must not meet this name.
pub(crate) const LANGUAGE_COOKIE: &str = "world_language";
const STYLE: &str = include_str!("style.css");
/// Scripts and pictures come from the page's own server; a camera's picture is a blob.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
    frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// Text put into HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut pairs = all.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|(it, _)| *it == name).map(|(_, value)| value.to_owned())
}

/// Chosen, else the browser's, else Kazakh.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let chosen = cookie(headers, LANGUAGE_COOKIE).and_then(|it| Language::from_code(&it));
    let browsers = || {
        let wanted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        wanted
            .split(',')
            .find_map(|it| Language::from_code(it.split(';').next().unwrap_or(it).trim()))
    };
    chosen.or_else(browsers).unwrap_or_default()
}

/// `GET /language/{code}`: remembers it and goes back to the page of ours that one came from.
pub(crate) fn choose_language(code: &str, headers: &HeaderMap) -> Response {
    let language = Language::from_code(code).unwrap_or_default();
    let from = headers.get(header::REFERER).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let back = url::Url::parse(from).ok().filter(|url| {
        let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
        host.is_some() && url.host_str().is_some() && authority(url).as_deref() == host
    });
    let back = back.map_or_else(|| "/".to_owned(), |url| url.path().to_owned());
    let remembered =
        format!("{LANGUAGE_COOKIE}={}; Path=/; SameSite=Lax; Max-Age=31536000", language.code());
    (StatusCode::SEE_OTHER, [(header::LOCATION, back), (header::SET_COOKIE, remembered)])
        .into_response()
}

fn authority(url: &url::Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

pub(crate) struct Page {
    pub(crate) language: Language,
    pub(crate) title: String,
    /// The class of `body`: which of the two looks.
    pub(crate) look: &'static str,
    /// In the header, left and right of the choice of language.
    pub(crate) brand: String,
    pub(crate) account: String,
    pub(crate) body: String,
    /// A script of ours.
    pub(crate) script: Option<&'static str>,
    /// Under everything: that this is a sample.
    pub(crate) footer: String,
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let code = self.language.code();
        let languages = Language::ALL.map(|it| {
            let name = match it {
                Language::Kk => "Қазақша",
                Language::Ru => "Русский",
                Language::En => "English",
            };
            let current = if it == self.language { " aria-current=\"true\"" } else { "" };
            let short = match it {
                Language::Kk => "Қаз",
                Language::Ru => "Рус",
                Language::En => "Eng",
            };
            let code = it.code();
            format!(
                "<a href=\"/language/{code}\" lang=\"{code}\" hreflang=\"{code}\" title=\"{name}\" \
                 data-test=\"language-{code}\"{current}><span aria-hidden=\"true\">{short}</span>\
                 <span class=\"unseen\">{name}</span></a>"
            )
        });
        let skip = match self.language {
            Language::Kk => "Мазмұнға өту",
            Language::Ru => "К содержанию",
            Language::En => "Skip to content",
        };
        // The page's own navigation has no name, so this one does.
        let choice = match self.language {
            Language::Kk => "Тіл",
            Language::Ru => "Язык",
            Language::En => "Language",
        };
        let script = self
            .script
            .map(|it| format!("<script src=\"{it}\" defer></script>"))
            .unwrap_or_default();
        let html = format!(
            "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n\
             <link rel=\"stylesheet\" href=\"/style.css\">\n{script}\n</head>\n\
             <body class=\"{look}\">\n<a class=\"skip\" href=\"#content\">{skip}</a>\n\
             <header class=\"bar\"><div class=\"bar-in\">{brand}<nav class=\"languages\" aria-label=\"{choice}\">{languages}</nav>{account}</div></header>\n\
             <main id=\"content\" tabindex=\"-1\">\n{body}\n</main>\n<footer>{footer}</footer>\n</body>\n</html>\n",
            title = escaped(&self.title),
            look = self.look,
            brand = self.brand,
            languages = languages.join(""),
            account = self.account,
            body = self.body,
            footer = self.footer,
        );
        let headers: [(HeaderName, HeaderValue); 5] = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
            (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        (headers, html).into_response()
    }
}

/// Keeps what is marked `data-refresh` fresh.
pub(crate) const REFRESH: &str = "/refresh.js";

pub(crate) async fn refresh() -> Response {
    (
        [(header::CONTENT_TYPE, "text/javascript"), (header::CACHE_CONTROL, "no-cache")],
        include_str!("refresh.js"),
    )
        .into_response()
}

pub(crate) async fn style() -> Response {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")],
        STYLE,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_typed_by_a_person_becomes_markup() {
        assert_eq!(
            escaped("<a href='x'>&\"</a>"),
            "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;"
        );
    }

    #[test]
    fn the_chosen_language_goes_before_the_browsers() {
        let mut headers = HeaderMap::new();
        assert_eq!(language(&headers), Language::Kk);
        headers
            .insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("de;q=0.9, ru-KZ;q=0.8, en"));
        assert_eq!(language(&headers), Language::Ru);
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; world_language=en"));
        assert_eq!(language(&headers), Language::En);
    }

    #[test]
    fn after_choosing_a_language_one_stays_on_this_server() {
        let back = |referer: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("localhost:7080"));
            headers.insert(header::REFERER, HeaderValue::from_static(referer));
            let response = choose_language("ru", &headers);
            response.headers()[header::LOCATION].to_str().unwrap().to_owned()
        };
        assert_eq!(back("http://localhost:7080/add?x=1"), "/add");
        assert_eq!(back("https://elsewhere.example/add"), "/");
        assert_eq!(back("nothing"), "/");
    }
}
