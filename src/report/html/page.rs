//! One self-contained page: template, styles and script in one file, under a policy that allows nothing else.

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, escape_formatter};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::report::summary::{Decision, WaiverState};
use crate::report::visible::visible;
use crate::report::words;

pub(super) const STYLE: &str = include_str!("../templates/style.css");
pub(super) const SUMMARY_CSS: &str = include_str!("../templates/summary.css");
pub(super) const HELP_CSS: &str = include_str!("../templates/help.css");
pub(super) const REPORT_JS: &str = include_str!("../templates/report.js");

const TEMPLATES: [(&str, &str); 4] = [
    ("parts.html", include_str!("../templates/parts.html")),
    ("report.html", include_str!("../templates/report.html")),
    ("summary.html", include_str!("../templates/summary.html")),
    ("help.html", include_str!("../templates/help.html")),
];

/// A page to be rendered.
pub(super) struct Page<'a> {
    pub(super) template: &'a str,
    pub(super) css: &'a [&'a str],
    pub(super) js: &'a str,
}

impl Page<'_> {
    /// The page as HTML.
    pub(super) fn render(&self, values: &Value) -> Result<String, Error> {
        let css = self.css.concat();
        let environment = environment().map_err(bug)?;
        let template = environment.get_template(self.template).map_err(bug)?;
        let policy = policy(&css, self.js);
        let ours = minijinja::context! {
            csp => policy,
            css => Value::from_safe_string(css),
            js => Value::from_safe_string(self.js.to_owned()),
        };
        template.render(minijinja::context! { ..ours, ..values.clone() }).map_err(bug)
    }
}

fn bug(error: minijinja::Error) -> Error {
    // The kind and place only: the values of a template are student data.
    Error::Bug(format!("template {}:{}: {:?}", error.name().unwrap_or("?"), error.line().unwrap_or(0), error.kind()))
}

/// Nothing is fetched, framed, submitted or run but the styles and the script of the page itself.
fn policy(css: &str, js: &str) -> String {
    let script = if js.is_empty() { "'none'".to_owned() } else { source(js) };
    format!(
        "default-src 'none'; style-src {}; script-src {script}; img-src data:; base-uri 'none'; form-action 'none'",
        source(css)
    )
}

fn source(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let triple = chunk.iter().chain([&0, &0]).take(3).fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let letter = LETTERS[(triple >> shift & 63) as usize];
            out.push(if at > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => escape_formatter(out, state, &Value::from(visible(text).as_ref())),
        _ => escape_formatter(out, state, value),
    });
    environment.add_filter("thousands", words::thousands);
    environment.add_filter("signed", words::signed);
    environment.add_filter("plural", |number: u64, word: &str| words::plural(number, word));
    environment.add_filter("area", |name: &str| words::area(name).to_owned());
    environment.add_filter("field", |name: &str| words::field(name));
    environment.add_filter("short", |hash: &str| hash.chars().take(12).collect::<String>());
    environment.add_filter("decision", decision_word);
    environment.add_filter("waiver", waiver_word);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

fn decision_word(name: &str) -> &'static str {
    [Decision::Go, Decision::NoGo].into_iter().find(|d| d.class() == name).unwrap_or(Decision::CannotDecide).word()
}

fn waiver_word(name: &str) -> String {
    use serde::de::value::{Error, StrDeserializer};
    let state = WaiverState::deserialize(StrDeserializer::<Error>::new(name));
    state.map_or_else(|_| name.to_owned(), |s| words::waiver_state(s).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_as_the_standard_says() {
        let shown = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|t| base64(t.as_bytes()));
        assert_eq!(shown, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn every_template_parses() {
        environment().unwrap();
    }
}
