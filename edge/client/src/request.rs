//! A request before it is sent.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Error, Method};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::proof::Proving;

/// Everything is signed already: whoever changes what a signature covers signs again.
#[derive(Clone)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// The body of a `POST`.
    pub form: Vec<(String, String)>,
    /// Its body where that is JSON.
    pub json: Option<Value>,
    /// How its DPoP proof was made.
    pub(crate) proving: Option<Proving>,
}

impl Request {
    pub fn get(url: String) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: Vec::new(),
            form: Vec::new(),
            json: None,
            proving: None,
        }
    }

    pub fn post(url: String, form: &[(&str, &str)]) -> Self {
        let form = form.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { method: Method::POST, form, ..Self::get(url) }
    }

    pub fn post_json(url: String, json: Value) -> Self {
        Self { json: Some(json), ..Self::post(url, &[]) }
    }

    /// A parameter of the form, the first of its name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        first(&self.form, name)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// With this parameter in place of all of its name.
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: &str) -> Self {
        self = self.without_parameter(name);
        self.form.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without_parameter(mut self, name: &str) -> Self {
        self.form.retain(|(it, _)| it != name);
        self
    }

    /// With this header in place of all of its name; names are in lower case.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self = self.without_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(it, _)| it != name);
        self
    }

    /// As it goes out.
    pub fn to_http(&self) -> Result<http::Request<Bytes>, Error> {
        let mut request = http::Request::builder().method(&self.method).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(json) = &self.json {
            let json_type = HeaderValue::from_static("application/json");
            return request.header(CONTENT_TYPE, json_type).body(json.to_string().into());
        }
        if self.form.is_empty() {
            return request.body(Bytes::new());
        }
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let body = Serializer::new(String::new()).extend_pairs(&self.form).finish();
        request.header(CONTENT_TYPE, form).body(body.into())
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
}
