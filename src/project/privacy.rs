//! `[privacy]`: names, keys of packs and pseudonyms, and the roles that packs are written for.

use std::collections::BTreeMap;
use std::path::Path;

use super::load::below;
use super::spec::{Names, Privacy, Role};
use crate::canonical::Entity;
use crate::diagnostic::document::{self, At, Node};

/// Groups below this are not shown to executives where the project does not say.
const MIN_GROUP: u32 = 10;
/// Columns of a pack that a role may be left without, as the project names them.
pub const ROLE_COLUMNS: [&str; 6] = ["student_id", "student_name", "grade_level", "values", "explanation", "source"];
/// Shortest key of pseudonyms, in bytes: what is shorter can be guessed.
pub const KEY_BYTES: usize = 16;

const NAMES: [(&str, Names); 3] = [("full", Names::Full), ("initials", Names::Initials), ("none", Names::None)];

/// Who is shown how.
pub(super) fn privacy(root: &Node<'_>, folder: &Path) -> Privacy {
    let mut privacy = Privacy {
        names: Names::Initials,
        exec_min_group: MIN_GROUP,
        encrypt: BTreeMap::new(),
        pseudonym_key: None,
        roles: Vec::new(),
    };
    let Some(node) = root.node("privacy") else { return privacy };
    privacy.names = node.choice("names", &NAMES).unwrap_or(Names::Initials);
    privacy.exec_min_group = node.whole("exec_min_group").map_or(MIN_GROUP, |n| n.value);
    privacy.encrypt = encrypt(&node);
    privacy.pseudonym_key = node.text("pseudonym_key").map(|file| below(folder, &file.value));
    if let (Some(path), Some(written)) = (&privacy.pseudonym_key, node.text("pseudonym_key")) {
        check_key(path, &written, &node);
    }
    if let Some(roles) = node.node("roles") {
        for (name, value) in roles.entries() {
            let Some(inside) = roles.inside(&name.value, value) else { continue };
            privacy.roles.extend(role(&name, inside.renamed(format!("[privacy.roles.{}]", name.value)), privacy.names));
        }
    }
    node.finish();
    privacy
}

/// One key for all schools, or a table of them.
fn encrypt(node: &Node<'_>) -> BTreeMap<String, String> {
    let mut keys = BTreeMap::new();
    let Some(value) = node.get("encrypt") else { return keys };
    if let Some(key) = document::text(value) {
        check_recipient(&key, node);
        keys.insert("*".to_owned(), key.value);
        return keys;
    }
    let Some(inside) = node.inside("encrypt", value) else { return keys };
    for (school, value) in inside.entries() {
        match document::text(value) {
            Some(key) => {
                check_recipient(&key, node);
                keys.insert(school.value, key.value);
            }
            None => drop(inside.wrong::<()>(&school.value, value, "a public key as \"age1...\"")),
        }
    }
    keys
}

/// The form only: whether it is a key of age is told by the room that encrypts.
fn check_recipient(key: &At<String>, node: &Node<'_>) {
    if !key.value.starts_with("age1") {
        let fix = "write the public key that `age-keygen` printed; the secret key stays with the school";
        node.problems().error("public-key", key.span.clone(), "not a public key of age (age1...)", fix);
    }
}

fn check_key(path: &Path, written: &At<String>, node: &Node<'_>) {
    let length = std::fs::metadata(path).map(|m| m.len());
    let message = match length {
        Ok(n) if n >= KEY_BYTES as u64 => return,
        Ok(n) => format!("the key has {n} bytes; below {KEY_BYTES} it can be guessed"),
        Err(_) => "there is no such file".to_owned(),
    };
    let fix = "leave the setting out: rollproof makes a key and keeps it in .rollproof/";
    node.problems().error("pseudonym-key", written.span.clone(), message, fix);
}

fn role(name: &At<String>, node: Node<'_>, names: Names) -> Option<Role> {
    let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let reserved = ["con", "prn", "aux", "nul"].contains(&name.value.as_str());
    let fits = !name.value.is_empty() && name.value.len() <= 32 && name.value.chars().all(safe) && !reserved;
    if !fits {
        let fix = "use small letters, digits and - : the role names a folder";
        node.problems().error("role", name.span.clone(), format!("`{}` can not be a role", name.value), fix);
    }
    let role = Role {
        name: name.value.clone(),
        names: node.choice("names", &NAMES).unwrap_or(names),
        sensitive: node.flag("sensitive").unwrap_or(false),
        pseudonyms: node.flag("pseudonyms").unwrap_or(false),
        areas: areas(&node),
        columns: columns(&node),
        whole: node.choice("split", &[("school", false), ("none", true)]).unwrap_or(false),
    };
    if role.pseudonyms && role.sensitive {
        let fix = "leave one of them out: whoever sees pseudonyms sees no personal value";
        node.problems().error("role", name.span.clone(), "pseudonyms and sensitive contradict each other", fix);
    }
    node.finish();
    fits.then_some(role)
}

fn areas(node: &Node<'_>) -> Vec<String> {
    let valid: Vec<&str> = Entity::ALL.map(Entity::name).into_iter().chain(["load"]).collect();
    let mut found = Vec::new();
    for area in node.texts("areas").unwrap_or_default() {
        if valid.contains(&area.value.as_str()) {
            found.push(area.value);
        } else {
            node.problems().unknown("unknown-value", "area", &area, valid.iter().copied());
        }
    }
    found
}

fn columns(node: &Node<'_>) -> Option<Vec<String>> {
    let written = node.texts("columns")?;
    let mut found = Vec::new();
    for column in written {
        if ROLE_COLUMNS.contains(&column.value.as_str()) {
            found.push(column.value);
        } else {
            node.problems().unknown("unknown-value", "column of packs", &column, ROLE_COLUMNS);
        }
    }
    Some(found)
}
