//! `rollproof init`: writes a project file with every line explained.

use std::io::{BufRead, IsTerminal as _, Write};
use std::path::PathBuf;

use clap::Args;

use super::{Console, Global};
use crate::diagnostic::nearest;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::mapping::Mapping;
use crate::project::{Template, template};
use crate::report::OutFile;

/// Write rollproof.toml, with every line explained
///
/// On a terminal it asks for what the flags do not say.
#[derive(Debug, Args)]
pub struct InitCommand {
    /// Where to write it
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// The system that is left: a shipped mapping, or the path of one
    #[arg(long, value_name = "SYSTEM")]
    pub legacy: Option<String>,
    /// The system that is joined
    #[arg(long, value_name = "SYSTEM")]
    pub new: Option<String>,
    /// Folder of the legacy exports
    #[arg(long, value_name = "DIR", default_value = "exports/{label}/legacy")]
    pub legacy_root: String,
    /// Folder of the new exports
    #[arg(long, value_name = "DIR", default_value = "exports/{label}/new")]
    pub new_root: String,
    /// The district's name
    #[arg(long)]
    pub district: Option<String>,
    /// The district's time zone
    #[arg(long)]
    pub timezone: Option<String>,
    /// Day of cutover
    #[arg(long, value_name = "DATE")]
    pub cutover: Option<String>,
    /// Day that both exports show
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
}

/// What a project file can not do without.
struct Answers {
    legacy: String,
    new: String,
    as_of: String,
    district: String,
    timezone: String,
}

impl InitCommand {
    /// Does it.
    ///
    /// # Errors
    /// When a system is unknown, or a project file is there already.
    pub fn execute(&self, _global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let path = self.folder.join("rollproof.toml");
        if path.exists() {
            return Err(Error::Usage {
                what: format!("{} exists already", path.display()),
                fix: "edit it, or name another folder".into(),
            });
        }
        let answers = self.answers()?;
        std::fs::create_dir_all(&self.folder).map_err(|e| Error::write(&self.folder, e))?;
        let text = template(&Template {
            district: answers.district,
            timezone: answers.timezone,
            cutover: self.cutover.clone(),
            legacy: (answers.legacy, self.legacy_root.clone()),
            new: (answers.new, self.new_root.clone()),
            as_of: answers.as_of,
        });
        OutFile::write_all_of(&path, text.as_bytes())?;
        console.answer(&format!("written: {}", path.display()))?;
        console.hint(&format!("next: rollproof check -C {}", self.folder.display()));
        Ok(ExitCode::Success)
    }

    /// From the flags, and where something is missing from the person at the terminal.
    fn answers(&self) -> Result<Answers, Error> {
        let needed = [("--legacy", &self.legacy), ("--new", &self.new), ("--as-of", &self.as_of)];
        let missing: Vec<&str> = needed.iter().filter(|(_, given)| given.is_none()).map(|(flag, _)| *flag).collect();
        if missing.is_empty() || (std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            return self.ask(&mut std::io::stdin().lock(), &mut std::io::stderr(), !missing.is_empty());
        }
        Err(Error::Usage {
            what: format!("{} not given, and there is no terminal to ask on", missing.join(", ")),
            fix: format!("shipped systems: {}", Mapping::shipped_names().join(", ")),
        })
    }

    fn ask(&self, from: &mut dyn BufRead, to: &mut dyn Write, asking: bool) -> Result<Answers, Error> {
        let mut asker = Asker { from, to };
        if asking {
            asker.say(&format!(
                "Shipped systems: {}; or the path of your own mapping.toml.",
                Mapping::shipped_names().join(", ")
            ))?;
        }
        let day = |text: &str| {
            let wrong = |_| Error::Usage { what: format!("`{text}` is no date"), fix: "write it as 2026-06-01".into() };
            text.parse::<jiff::civil::Date>().map(drop).map_err(wrong)
        };
        let any = |_: &str| Ok(());
        let rest =
            |given: &Option<String>, default: &str| given.clone().or_else(|| (!asking).then(|| default.to_owned()));
        Ok(Answers {
            legacy: asker.get(self.legacy.clone(), "The system that is left", None, &known)?,
            new: asker.get(self.new.clone(), "The system that is joined", None, &known)?,
            as_of: asker.get(self.as_of.clone(), "The day that both exports show (2026-06-01)", None, &day)?,
            district: asker.get(rest(&self.district, DISTRICT), "The district's name", Some(DISTRICT), &any)?,
            timezone: asker.get(rest(&self.timezone, TIMEZONE), "Its time zone", Some(TIMEZONE), &any)?,
        })
    }
}

const DISTRICT: &str = "My district";
const TIMEZONE: &str = "America/Chicago";
/// Wrong answers after which nobody is asked again.
const TRIES: usize = 5;

/// Asks until an answer will do.
struct Asker<'a> {
    from: &'a mut dyn BufRead,
    to: &'a mut dyn Write,
}

impl Asker<'_> {
    fn say(&mut self, text: &str) -> Result<(), Error> {
        writeln!(self.to, "{text}").map_err(|e| Error::write("the terminal", e))
    }

    fn get(
        &mut self,
        given: Option<String>,
        question: &str,
        default: Option<&str>,
        check: &dyn Fn(&str) -> Result<(), Error>,
    ) -> Result<String, Error> {
        if let Some(given) = given {
            check(&given)?;
            return Ok(given);
        }
        for _ in 0..TRIES {
            let shown = default.map_or_else(String::new, |d| format!(" [{d}]"));
            write!(self.to, "{question}{shown}: ")
                .and_then(|()| self.to.flush())
                .map_err(|e| Error::write("the terminal", e))?;
            let mut line = String::new();
            let read = self.from.read_line(&mut line).map_err(|e| Error::read("the terminal", e))?;
            let answer = match (line.trim(), default) {
                ("", Some(default)) => default.to_owned(),
                (text, _) => text.to_owned(),
            };
            if read == 0 {
                break;
            }
            match check(&answer) {
                Ok(()) if !answer.is_empty() => return Ok(answer),
                Ok(()) => {}
                Err(error) => self.say(&format!("{error}; {}", error.fix().unwrap_or_default()))?,
            }
        }
        Err(Error::Usage {
            what: format!("no answer to: {question}"),
            fix: "say it with a flag: rollproof init --help".into(),
        })
    }
}

fn known(system: &str) -> Result<(), Error> {
    let is_path = system.contains(['/', '\\']) || std::path::Path::new(system).extension().is_some();
    let names = Mapping::shipped_names();
    if is_path || names.contains(&system) {
        return Ok(());
    }
    let near = nearest(system, names.iter().copied()).map_or_else(String::new, |n| format!("did you mean `{n}`? "));
    Err(Error::Usage {
        what: format!("no mapping is shipped for `{system}`"),
        fix: format!("{near}shipped: {}; or name your own mapping.toml", names.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(legacy: Option<&str>) -> InitCommand {
        InitCommand {
            folder: ".".into(),
            legacy: legacy.map(str::to_owned),
            new: None,
            legacy_root: "old".into(),
            new_root: "new".into(),
            district: None,
            timezone: None,
            cutover: None,
            as_of: None,
        }
    }

    #[test]
    fn what_no_flag_says_is_asked_until_the_answer_will_do() {
        let mut said = Vec::new();
        let typed = "powerscool\npowerschool\n1 June\n2026-06-01\n\nAmerica/Denver\n";
        let answers = command(Some("aeries")).ask(&mut typed.as_bytes(), &mut said, true).unwrap();
        assert_eq!((answers.legacy.as_str(), answers.new.as_str()), ("aeries", "powerschool"));
        assert_eq!((answers.as_of.as_str(), answers.district.as_str()), ("2026-06-01", "My district"));
        assert_eq!(answers.timezone, "America/Denver");
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("did you mean `powerschool`?") && said.contains("write it as 2026-06-01"), "{said}");
        assert!(!said.contains("The system that is left"), "a flag said it: {said}");
    }

    #[test]
    fn an_end_of_answers_is_an_error_and_not_a_guess() {
        let error = command(None).ask(&mut "".as_bytes(), &mut Vec::new(), true).err().unwrap();
        assert!(error.to_string().contains("The system that is left"));
    }
}
