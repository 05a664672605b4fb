//! The schema of mapping files.

use serde_json::{Value, json};

use super::{crosswalk, exact, flag, map_of, object, one_of, said, text, texts, whole};
use crate::canonical::{Entity, Field, Kind};

/// The schema.
pub(super) fn schema() -> Value {
    let mut properties = json!({
        "schema": { "const": 1 },
        "system": text("kebab-case name of the system"),
        "label": text("the name that people read"),
        "end_date": end_date(),
        "school_year": school_year(),
        "dates": texts("date formats, tried in order: %m/%d/%Y"),
        "null": texts("texts that mean no value; \"\" stands for empty and blank cells"),
        "delta": text("table.column=value that marks a bundle of changes, which is refused"),
        "tables": map_of(&table()),
        "crosswalks": map_of(&crosswalk()),
    });
    for entity in Entity::ALL {
        properties[entity.name()] = json!({ "type": "array", "items": block(entity) });
    }
    object(properties, &["schema", "system", "end_date", "school_year", "tables"])
}

fn end_date() -> Value {
    one_of(&["inclusive", "exclusive"], "the last day, or the day after")
}

fn school_year() -> Value {
    json!({
        "oneOf": [
            { "enum": ["ends", "starts", "span"] },
            object(json!({ "offset": whole("1990: a count of years from the start of 1990-91") }), &["offset"]),
        ],
        "description": "how 2025-26 is written: 2026, 2025, 2025-26, or a count"
    })
}

fn table() -> Value {
    let column = object(
        json!({ "name": text("name"), "start": whole("first position, from 1"), "end": whole("last position") }),
        &["name", "start", "end"],
    );
    object(
        json!({
            "file": texts("file or pattern below the side's folder; archive.zip!member.csv"),
            "format": one_of(
                &["delimited", "fixed", "workbook", "parquet", "arrow", "database", "json", "json-lines", "xml"], "delimited where not said"),
            "delimiter": text("one character"),
            "quote": text("one character, or none"),
            "encoding": text("auto, utf-8, windows-1252, utf-16le, ..."),
            "header": flag("false: the file has no header, `columns` names them"),
            "header_row": whole("record that is the header, from 1"),
            "repeated_header": flag("the header comes again inside the file"),
            "footer_rows": whole("records at the end that are no data"),
            "comment": text("character that starts a comment line"),
            "trailing_delimiter": flag("each record ends in one more delimiter"),
            "blank_lines": flag("blank lines are left out, counted"),
            "optional": flag("the table may be missing"),
            "optional_columns": texts("columns that a file may lack"),
            "aliases": said(map_of(&texts("other headers")), "column = other headers that mean the same"),
            "excluded": said(map_of(&json!({ "type": "string" })), "column = why it is left out"),
            "columns": { "type": "array", "items": { "oneOf": [{ "type": "string" }, column] } },
            "length": whole("fixed: length of every line"),
            "header_rows": whole("fixed: lines before the first record"),
            "sheet": text("workbook: name of the sheet"),
            "records": text("json: pointer of the list, as /data"),
            "record": text("xml: name of the element"),
            "driver": text("database: sqlite, postgresql, another ADBC driver, or the path of its library"),
            "uri_env": text("database: environment variable that holds the connection string"),
            "query": text("database: the query that gives the rows"),
            "explode": text("json, xml: path of a list; each item is a row"),
            "unpivot": unpivot(),
        }),
        &[],
    )
}

fn unpivot() -> Value {
    object(
        json!({
            "columns": { "type": "array", "items": texts("a column, or one column for each value") },
            "names": texts("names of the new rows; the columns' where not said"),
            "name": text("new column that holds the name"),
            "value": text("new column that holds the value"),
            "values": texts("new columns, where there are several"),
            "skip_empty": flag("rows without a value are left out, counted"),
        }),
        &["columns", "name"],
    )
}

fn block(entity: Entity) -> Value {
    let mut fields = json!({});
    for field in Field::of(entity) {
        fields[field.name()] = json!({ "oneOf": [{ "type": "string" }, spec(*field)] });
    }
    let required: Vec<&str> = Field::required(entity).iter().map(|f| f.name()).collect();
    let filter = object(
        json!({
            "column": text("the column looked at"),
            "in": texts("one of these"),
            "not_in": texts("none of these"),
            "starts_with": texts("starts with one of these"),
            "not_starts_with": texts("starts with none of these"),
            "empty": flag("has no value"),
            "not_empty": flag("has a value"),
            "reason": text("why other rows are left out; printed with their count"),
        }),
        &["column"],
    );
    let join = object(
        json!({
            "table": text("the table on the right"),
            "as": text("the name its columns are written with"),
            "on": said(map_of(&json!({ "type": "string" })), "left column = right column"),
            "unmatched": one_of(&["report", "reject"], "rows without a partner stay and are counted, or are rejected"),
        }),
        &["table", "on"],
    );
    let some = |item: &Value| json!({ "oneOf": [item, { "type": "array", "items": item }] });
    object(
        json!({
            "from": text("the table that the rows come from"),
            "where": some(&filter),
            "join": some(&join),
            "distinct": flag("records equal in every field are one; the others are counted"),
            "fields": object(fields, &required),
        }),
        &["from", "fields"],
    )
}

fn spec(field: Field) -> Value {
    let mut properties = json!({
        "column": text("one column"),
        "constant": text("the same for all rows"),
        "concat": texts("columns and 'literals', one after the other"),
        "coalesce": texts("the first column with a value"),
        "cel": text("an expression over columns"),
        "with": said(map_of(&json!({ "type": "string" })), "cel: variable = column"),
        "null": texts("texts that mean no value"),
        "replace": {
            "oneOf": [replacement(), { "type": "array", "items": replacement() }],
            "description": "literal replacements"
        },
        "remove_prefix": text("taken off the front"),
        "cut": { "type": "array", "items": { "type": "integer" }, "minItems": 2, "maxItems": 2 },
        "capture": text("the first group of this regular expression"),
        "strip": text("characters taken off both ends"),
        "strip_zeros": flag("leading zeros are taken off"),
        "case": one_of(&["upper", "lower"], "letters changed"),
        "pad": whole("zeros in front up to this length"),
        "prefix": text("put in front"),
        "suffix": text("put behind"),
        "crosswalk": text("code table"),
    });
    match field.kind() {
        Kind::Date => {
            properties["dates"] = texts("date formats");
            properties["end_date"] = end_date();
        }
        Kind::Year => properties["school_year"] = school_year(),
        Kind::Number => {
            properties["implied_decimals"] = whole("digits behind an unwritten point");
            properties["factor"] = exact("multiplied with, exactly");
        }
        Kind::Flag => {
            properties["true"] = texts("texts that mean yes");
            properties["false"] = texts("texts that mean no");
        }
        Kind::Id | Kind::Code | Kind::Text | Kind::Term => {}
    }
    object(properties, &[])
}

fn replacement() -> Value {
    object(json!({ "from": text("text"), "to": text("text") }), &["from", "to"])
}
