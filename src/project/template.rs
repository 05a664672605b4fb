//! The project file that `init` writes: complete, each line explained, nothing copied that can be referred to.

/// What `init` knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The district.
    pub district: String,
    /// Time zone, as America/Chicago.
    pub timezone: String,
    /// Day of cutover, as 2026-07-01.
    pub cutover: Option<String>,
    /// Mapping and folder of the system that is left.
    pub legacy: (String, String),
    /// Mapping and folder of the system that is joined.
    pub new: (String, String),
    /// The day that both exports show.
    pub as_of: String,
}

/// A text in TOML quotes.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The text of a project file.
#[must_use]
pub fn template(t: &Template) -> String {
    let cutover = match &t.cutover {
        Some(day) => format!("cutover   = {day}"),
        None => "# cutover = 2026-07-01           # the day of the change; reports count down to it".to_owned(),
    };
    format!(
        r#"schema = 1                        # version of this file's form

[migration]
district  = {district}
timezone  = {timezone}   # waivers end with the day of this zone
{cutover}
rehearsal = "R1"                  # label of the next run; --label on the command line comes first

[sides.legacy]                    # the system that is left
mapping = {legacy}          # a shipped mapping, or the path of your own mapping.toml
root    = {legacy_root}          # folder of its export; {{label}} becomes the run's label
as_of   = {as_of}              # the day that the export shows; must be the same on both sides
# label = "Old SIS"               # shown instead of the mapping's name
# expect_rows = {{ students = 240 }}  # rows by table, from the vendor's manifest: fewer is never a GO

[sides.new]                       # the system that is joined
mapping = {new}
root    = {new_root}
as_of   = {as_of}

# Codes that differ: the old code and what it is in the new system. A CSV that a registrar can edit.
# [crosswalks.course]
# file = "crosswalks/course.csv"
# from = "legacy"
# to   = "new"

[matching]
student   = ["student_id", "state_id", "student_id_unpadded"]   # tried in this order
min_match = "99.5"                # percent of old students that must be found; below, nothing can be decided

[checks]
# "room-changed" = "off"          # severity, or "off" (listed as ignored by policy)
# ignore_fields = ["schedule.room"]
# required = ["student", "enrollment", "schedule", "transcript", "gpa"]   # must be compared for a verdict

[gate]                            # what may be open at cutover
critical      = 0
major         = 0
rejected_rows = 0

# [policies]
# gpa = {{ weighted = "lausd-weighted" }}   # how a kind of GPA is computed; or {{ legacy = "…", new = "…" }} for a kind
# graduation = "lausd-2026"       # shipped names: rollproof policy list; or the path of a file of yours
# exceptions = {{ legacy = "waivers-old.csv", new = "waivers-new.csv" }}   # waivers, substitutions, split credit

[waivers]
file     = "waivers.toml"         # accepted findings: scope, cap, reason, owner, approver, expiry
max_days = 60
# unwaivable = ["student-missing"]  # checks that nobody here can waive

[outputs]
folder       = "out"
packs        = ["csv"]            # one file a school; also "xlsx"
min_severity = "minor"
# answers_due = 2026-06-12        # stands in each workbook, with the contact
# contact     = "J. Ruiz, 555-0100"

[privacy]
names          = "initials"       # in packs and reports: full, initials, none
exec_min_group = 10               # smaller groups are not shown to executives
# encrypt = "age1..."             # packs are encrypted for this public key of age
# [privacy.roles.counselor]       # a pack of its own for each kind of reader: docs/project.md
"#,
        district = quoted(&t.district),
        timezone = quoted(&t.timezone),
        legacy = quoted(&t.legacy.0),
        legacy_root = quoted(&t.legacy.1),
        new = quoted(&t.new.0),
        new_root = quoted(&t.new.1),
        as_of = t.as_of,
    )
}
