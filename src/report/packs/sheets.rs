//! The sheets of a school's workbook.

use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, DataValidation, Format, FormatAlign, FormatBorder, Formula, IgnoreError,
    Worksheet, XlsxError,
};

use super::resolution::Resolution;
use super::workbook::{Book, COLUMNS, FINDING_SHEETS, HIDDEN_SHEET, KnownAnswer, PACK_SCHEMA, row_digest, what};
use crate::finding::{FindingRow, Severity};
use crate::report::excel::pictures;

/// Longest text that a cell takes, less room for the mark of the cut.
const CELL: usize = 32_000;
/// Column of `Resolution`; the ones after it are for the school, too.
const RESOLUTION: u16 = 10;
const CORRECT: u16 = 11;
const REF: u16 = 14;

/// Colours of a severity: letters, ground. Contrast is 4.5:1 and better.
const fn colors(severity: Severity) -> (u32, u32) {
    match severity {
        Severity::Critical => (0x8c_1d18, 0xfb_e9e7),
        Severity::Major => (0x8a_3a0c, 0xfd_eedd),
        Severity::Minor => (0x5f_4b10, 0xfa_f3d9),
        Severity::Info => (0x0b_57a4, 0xe6_eefb),
    }
}

fn text(cell: &str) -> String {
    let shown = pictures(cell);
    if shown.chars().count() <= CELL {
        return shown.into_owned();
    }
    let mut cut: String = shown.chars().take(CELL).collect();
    cut.push_str(" … (cut; whole in findings.csv)");
    cut
}

/// The first sheet: what this is, what to do, by when, whom to call.
pub(super) fn start_here(book: &Book<'_>, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let info = book.info;
    let plain = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let title = Format::new().set_bold().set_font_size(16);
    let head = Format::new().set_bold();
    sheet.set_name("Start here")?.set_column_width(0, 4)?.set_column_width(1, 96)?;
    let part = if book.part.is_empty() { String::new() } else { format!(", {}", book.part) };
    sheet.write_string_with_format(0, 0, text(&format!("{}{part}: records to check", book.school)), &title)?;
    let about = format!(
        "{} is moving from {} (old system) to {} (new system). Rehearsal {} of {} compared every record of your students. \
         This workbook lists what is not the same.",
        info.district, info.legacy, info.new, info.run, info.day
    );
    sheet.write_string_with_format(2, 1, text(&about), &plain)?;
    sheet.set_row_height(2, 34)?;
    let contact = if info.contact.is_empty() { "your migration lead" } else { &info.contact };
    let due = if info.due.is_empty() { "the day your migration lead gave you".to_owned() } else { info.due.clone() };
    let steps = [
        "Open the sheets \"To check\" and \"Missing records\". The worst come first; all rows of a student stand together.".to_owned(),
        "Look the student up in the old system, the paper file or the transcript, and choose a Resolution from the list. If both are wrong, write the Correct value.".into(),
        "Put your initials. A note helps when the answer is not obvious. You may sort and filter; please leave the column Ref as it is.".into(),
        format!("Save, and send this file back the way you received it, by {due}. Questions: {contact}."),
    ];
    for (i, step) in steps.iter().enumerate() {
        let row = 4 + i as u32;
        sheet.write_string_with_format(row, 0, format!("{}.", i + 1), &head)?;
        sheet.write_string_with_format(row, 1, text(step), &plain)?;
        sheet.set_row_height(row, 34)?;
    }
    sheet.write_string_with_format(9, 1, counts_line(book), &head)?;
    let law = "This file holds student records protected by FERPA. Keep it in your school, share it only with staff who need it \
               for this work, and delete it when you have sent it back.";
    sheet.write_string_with_format(11, 1, law, &plain)?;
    sheet.set_row_height(11, 34)?;
    sheet.set_landscape().set_paper_size(1).set_print_fit_to_pages(1, 1);
    Ok(())
}

fn counts_line(book: &Book<'_>) -> String {
    let count = |s: Severity| book.rows.iter().filter(|r| r.severity == s).count();
    let parts: Vec<String> = Severity::WORST_FIRST
        .into_iter()
        .filter(|s| count(*s) > 0)
        .map(|s| format!("{} {}", count(s), s.name()))
        .collect();
    if parts.is_empty() {
        "Nothing to check: your school is clean.".into()
    } else {
        format!("To check: {}.", parts.join(", "))
    }
}

/// A sheet with findings: one row a finding, drop-downs, colours, print set-up.
pub(super) fn findings(book: &Book<'_>, name: &str, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let rows = book.sheet_rows(name);
    sheet.set_name(name)?;
    let head = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_background_color(Color::RGB(0x1f_2a37))
        .set_font_color(Color::White)
        .set_border_bottom(FormatBorder::Thin);
    let cell = Format::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    for (column, (title, width)) in COLUMNS.iter().enumerate() {
        sheet.set_column_width(column as u16, *width)?;
        if book.info.hidden.contains(&(column as u16)) {
            sheet.set_column_hidden(column as u16)?;
        }
        sheet.write_string_with_format(0, column as u16, *title, &head)?;
    }
    for (at, row) in rows.iter().enumerate() {
        let line = at as u32 + 1;
        for (column, content) in cells(line, row, book.answers.get(&row.reference)).iter().enumerate() {
            sheet.write_string_with_format(line, column as u16, text(content), &cell)?;
        }
    }
    let last = (rows.len() as u32).max(1);
    sheet.set_freeze_panes(1, 4)?;
    sheet.autofilter(0, 0, last, REF)?;
    // Ids are text on purpose; the green triangles would invite "convert to number", which eats zeros.
    sheet.ignore_error_range(0, 0, last, REF, IgnoreError::NumberStoredAsText)?;
    drop_down(sheet, last)?;
    coloring(sheet, last)?;
    page(book, name, sheet, last)
}

fn cells(number: u32, row: &FindingRow, answer: Option<&KnownAnswer>) -> [String; 15] {
    let (of, none) = (|t: &str| t.to_owned(), KnownAnswer::default());
    let answer = answer.unwrap_or(&none);
    let why = if row.cause.is_empty() { &row.note } else { &row.cause };
    [
        number.to_string(),
        of(row.severity.name()),
        of(&row.student_id),
        of(&row.student_name),
        of(&row.grade_level),
        what(row),
        of(&row.legacy_value),
        of(&row.new_value),
        of(&row.difference),
        of(why),
        of(&answer.resolution),
        of(&answer.correct_value),
        of(&answer.initials),
        of(&answer.note),
        of(&row.reference),
    ]
}

fn drop_down(sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    let list = Formula::new(format!("=Lists!$A$1:$A${}", Resolution::ALL.len()));
    let validation = DataValidation::new()
        .allow_list_formula(list)
        .set_input_title("Resolution")?
        .set_input_message("Choose what is right. If both are wrong, also write the Correct value.")?
        .set_error_title("Not in the list")?
        .set_error_message("Please choose one of the six answers; words of your own belong in Note.")?;
    sheet.add_data_validation(1, RESOLUTION, last, RESOLUTION, &validation)?;
    Ok(())
}

fn coloring(sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    let missing = Format::new().set_background_color(Color::RGB(0xff_d6d1)).set_border(FormatBorder::Thin);
    let rule = format!("=AND($K2=\"{}\",TRIM($L2)=\"\")", Resolution::BothWrong.text());
    let missing = ConditionalFormatFormula::new().set_rule(rule.as_str()).set_format(missing);
    sheet.add_conditional_format(1, CORRECT, last, CORRECT, &missing)?;
    let done = Format::new().set_font_color(Color::RGB(0x5f_6368)).set_background_color(Color::RGB(0xee_eeee));
    let done = ConditionalFormatFormula::new().set_rule("=TRIM($K2)<>\"\"").set_format(done);
    sheet.add_conditional_format(1, 0, last, REF, &done)?;
    for severity in Severity::WORST_FIRST {
        let (letters, ground) = colors(severity);
        let format =
            Format::new().set_bold().set_font_color(Color::RGB(letters)).set_background_color(Color::RGB(ground));
        let rule = format!("=$B2=\"{}\"", severity.name());
        let rule = ConditionalFormatFormula::new().set_rule(rule.as_str()).set_format(format);
        sheet.add_conditional_format(1, 1, last, 1, &rule)?;
    }
    Ok(())
}

fn page(book: &Book<'_>, name: &str, sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    // In headers `&` starts a code; doubled it is itself.
    let plain = |t: &str| text(t).replace('&', "&&").chars().take(80).collect::<String>();
    sheet.set_landscape().set_paper_size(1).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?.set_print_area(0, 0, last, RESOLUTION)?;
    sheet.set_header(format!("&L{}&C{}&R{}", plain(book.school), plain(name), plain(&book.info.run)));
    sheet.set_footer(format!("&LStudent records (FERPA): keep private&C{}&RPage &P of &N", book.id()));
    Ok(())
}

/// How far along: formulas with the values that they have now, because Protected View does not calculate.
pub(super) fn progress(book: &Book<'_>, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("Progress")?.set_column_width(0, 24)?.set_column_width(1, 12)?.set_column_width(2, 12)?;
    sheet.set_column_width(3, 12)?;
    let head = Format::new().set_bold();
    for (column, title) in ["Sheet", "Rows", "Answered", "Open"].iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, *title, &head)?;
    }
    for (at, name) in FINDING_SHEETS.iter().enumerate() {
        let rows = book.sheet_rows(name);
        let answered = rows.iter().filter(|r| book.answers.contains_key(&r.reference)).count();
        let (line, count) = (at as u32 + 1, rows.len());
        let last = count.max(1) + 1;
        sheet.write_string(line, 0, *name)?;
        let cell = |formula: String, value: usize| Formula::new(formula).set_result(value.to_string());
        sheet.write_formula(line, 1, cell(format!("=COUNTA('{name}'!$O$2:$O${last})"), count))?;
        let formula = format!("=SUMPRODUCT(--(LEN(TRIM('{name}'!$K$2:$K${last}))>0))");
        sheet.write_formula(line, 2, cell(formula, answered))?;
        sheet.write_formula(line, 3, cell(format!("=B{0}-C{0}", line + 1), count - answered))?;
    }
    Ok(())
}

/// The list behind the drop-down, hidden.
pub(super) fn lists(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("Lists")?.set_hidden(true);
    for (row, resolution) in Resolution::ALL.iter().enumerate() {
        sheet.write_string(row as u32, 0, resolution.text())?;
    }
    Ok(())
}

/// What `collect` needs to know the workbook again, very hidden: identity, and a digest of every row.
pub(super) fn hidden(book: &Book<'_>, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name(HIDDEN_SHEET)?.set_very_hidden(true);
    let rows = book.rows.len().to_string();
    let id = book.id();
    let facts = [
        ("schema", PACK_SCHEMA),
        ("pack", &id),
        ("run", &book.info.run),
        ("run_id", &book.info.run_id),
        ("school", book.code),
        ("part", book.part),
        ("role", &book.info.role),
        ("rows", &rows),
    ];
    for (line, (key, value)) in facts.iter().enumerate() {
        sheet.write_string(line as u32, 0, *key)?;
        sheet.write_string(line as u32, 1, text(value))?;
    }
    for (at, row) in book.rows.iter().enumerate() {
        let line = (facts.len() + at) as u32;
        sheet.write_string(line, 0, &row.reference)?;
        sheet.write_string(line, 1, row_digest(&row.reference, &text(&row.legacy_value), &text(&row.new_value)))?;
    }
    Ok(())
}
