//! Request in, file out.

use http::{HeaderValue, Method, Response, StatusCode, header};
use revocation_http::problem::{Problem, ProblemKind};
use revocation_http::respond::{respond, secure};
use revocation_lambda::http_event::HttpRequest;

use crate::files::{File, INDEX, file};

/// The page may load and ask only what is here; it runs no script that is not a file of ours.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub fn handle(request: &HttpRequest) -> Response<String> {
    match answer(request) {
        Ok(response) => response,
        Err(problem) => respond(&request.id, Err(problem)),
    }
}

fn answer(request: &HttpRequest) -> Result<Response<String>, Problem> {
    if request.method != Method::GET && request.method != Method::HEAD {
        return Err(Problem::new(ProblemKind::MethodNotAllowed).with_detail("use GET"));
    }
    let file = name(&request.path).and_then(file).ok_or(Problem::new(ProblemKind::NotFound))?;
    let known = request.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|known| matches(known, &file.etag));
    let body = if unchanged || request.method == Method::HEAD {
        ""
    } else {
        file.body
    };
    let mut response = Response::new(body.to_owned());
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    set_headers(&mut response, file);
    Ok(response)
}

/// `<root>/console` is the page, `<root>/console/<file>` a file of it, whatever the root.
fn name(path: &str) -> Option<&str> {
    match path.rsplit('/').collect::<Vec<_>>().as_slice() {
        ["console", ..] => Some(INDEX),
        [file, "console", ..] => Some(file),
        _ => None,
    }
}

/// RFC 9110, section 13.1.2: a weak comparison, of a list or of anything.
fn matches(known: &str, etag: &str) -> bool {
    known
        .split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}

fn set_headers(response: &mut Response<String>, file: &File) {
    let headers = response.headers_mut();
    // Kept, and asked for again each time: after a deployment all files are of one version.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    secure(headers);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        header::HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if let Ok(etag) = HeaderValue::from_str(&file.etag) {
        headers.insert(header::ETAG, etag);
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn asked(method: Method, path: &str, if_none_match: Option<&str>) -> Response<String> {
        let mut headers = HeaderMap::new();
        if let Some(known) = if_none_match {
            headers.insert(header::IF_NONE_MATCH, known.parse().unwrap());
        }
        handle(&HttpRequest {
            id: "request-1".to_owned(),
            method,
            path: path.to_owned(),
            query: String::new(),
            headers,
            body: Vec::new(),
        })
    }

    fn got(path: &str) -> Response<String> {
        asked(Method::GET, path, None)
    }

    fn header_of<'a>(response: &'a Response<String>, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn the_page_and_its_files_are_found_under_any_root() {
        for root in ["", "/stage", "/_aws/execute-api/abc"] {
            let page = got(&format!("{root}/console"));
            assert_eq!(page.status(), StatusCode::OK);
            assert_eq!(header_of(&page, "content-type"), "text/html; charset=utf-8");
            assert!(page.body().starts_with("<!doctype html>"));
            let script = got(&format!("{root}/console/app.js"));
            assert_eq!(header_of(&script, "content-type"), "text/javascript; charset=utf-8");
            let style = got(&format!("{root}/console/style.css"));
            assert_eq!(header_of(&style, "content-type"), "text/css; charset=utf-8");
        }
    }

    #[test]
    fn every_file_says_what_a_browser_may_do_with_it() {
        for path in ["/console", "/console/app.js", "/console/icon.svg"] {
            let response = got(path);
            let policy = header_of(&response, "content-security-policy");
            for part in [
                "default-src 'none'",
                "script-src 'self'",
                "form-action 'none'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
            ] {
                assert!(policy.split("; ").any(|found| found == part), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
            assert_eq!(header_of(&response, "x-content-type-options"), "nosniff");
            assert_eq!(header_of(&response, "referrer-policy"), "no-referrer");
            assert_eq!(header_of(&response, "cache-control"), "no-cache");
            assert!(response.headers().get("set-cookie").is_none());
            assert!(!response.headers().keys().any(|name| name.as_str().starts_with("access-control")));
        }
    }

    #[test]
    fn a_file_that_is_known_is_not_sent_again() {
        let etag = header_of(&got("/console/app.js"), "etag").to_owned();
        for known in [etag.clone(), format!("\"other\", W/{etag}"), "*".to_owned()] {
            let response = asked(Method::GET, "/console/app.js", Some(&known));
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(response.body(), "");
            assert_eq!(header_of(&response, "etag"), etag);
        }
        let other = asked(Method::GET, "/console/style.css", Some(&etag));
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[test]
    fn head_has_the_headers_alone() {
        let response = asked(Method::HEAD, "/console", None);
        assert_eq!((response.status(), response.body().as_str()), (StatusCode::OK, ""));
        assert_eq!(header_of(&response, "etag"), header_of(&got("/console"), "etag"));
    }

    #[test]
    fn what_is_not_there_is_a_problem() {
        for path in [
            "/console/nothing.js",
            "/console/",
            "/console/../Cargo.toml",
            "/",
            "/other",
            "/console/a/b",
        ] {
            let response = got(path);
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(header_of(&response, "content-type"), "application/problem+json");
        }
        assert_eq!(asked(Method::POST, "/console", None).status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
