//! The help-desk sheet: one student on one page, in words for a family on the telephone.

use minijinja::context;
use serde::{Deserialize, Serialize};

use super::page::{self, Page};
use super::value;
use crate::error::Error;

/// What the help desk needs to know of one student. Whoever explains a student fills it in; see `explain --html`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpSheet {
    /// The district.
    pub district: String,
    /// Label of the run.
    pub run: String,
    /// What people call the legacy system.
    pub legacy: String,
    /// What people call the new system.
    pub new: String,
    /// The student's id as the legacy system prints it.
    pub student_id: String,
    /// The student's name as this reader may see it; may be empty.
    pub name: String,
    /// Facts beside the name: (`Grade`, `12`), (`School`, `Lincoln High`), (`Counselor`, ...).
    pub facts: Vec<(String, String)>,
    /// One sentence that answers "is anything wrong?".
    pub answer: String,
    /// Open items, worst first.
    pub items: Vec<HelpItem>,
    /// Open items that found no room.
    #[serde(default)]
    pub more: u64,
    /// Schedule, transcript and the like, side by side.
    pub tables: Vec<HelpTable>,
    /// Titles of tables that found no room.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// The working of the GPA, a line each.
    pub working: Vec<String>,
    /// Lines of the working that found no room.
    #[serde(default)]
    pub more_working: u64,
    /// What to say to the caller, a sentence each.
    pub say: Vec<String>,
    /// Since when, and in which runs.
    pub seen_in: String,
    /// Files and lines that it comes from.
    pub sources: Vec<String>,
}

/// One open item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpItem {
    /// `critical`, `major`, `minor`, `info`.
    pub severity: String,
    /// What the family may see in the new system.
    pub seen: String,
    /// What is true, as far as known.
    pub true_value: String,
    /// Who fixes it.
    pub who: String,
    /// By when; may be empty.
    pub by: String,
    /// The finding's reference.
    #[serde(rename = "ref")]
    pub reference: String,
}

/// A table of records side by side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpTable {
    /// `Schedule 2025-26 S2`.
    pub title: String,
    /// A line below the title; may be empty.
    pub note: String,
    /// Column heads.
    pub head: Vec<String>,
    /// Rows, as many cells each as there are heads.
    pub rows: Vec<HelpRow>,
    /// Rows that found no room.
    #[serde(default)]
    pub more: u64,
}

/// A row of such a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpRow {
    /// The cells.
    pub cells: Vec<String>,
    /// True when the two sides differ.
    pub differs: bool,
}

/// The sheet as HTML.
///
/// # Errors
/// Only for a template that does not fit: a bug.
pub fn help_sheet(sheet: &HelpSheet) -> Result<String, Error> {
    let page = Page { template: "help.html", css: &[page::STYLE, page::SUMMARY_CSS, page::HELP_CSS], js: "" };
    page.render(&context! { h => value::of(sheet) })
}
