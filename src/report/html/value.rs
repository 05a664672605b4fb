//! Serde values for templates. The template engine is built without serde; JSON values carry everything that a
//! summary holds.

use std::collections::BTreeMap;

use minijinja::Value;
use serde::Serialize;
use serde_json::Value as Json;

/// The value as templates see it; none when it can not be told in JSON, which no type of ours is.
pub(super) fn of<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(value).map_or_else(|_| Value::from(()), from_json)
}

fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(flag) => Value::from(flag),
        Json::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(n), _) => Value::from(n),
            (None, Some(n)) => Value::from(n),
            (None, None) => Value::from(number.to_string()),
        },
        Json::String(text) => Value::from(text),
        Json::Array(items) => Value::from(items.into_iter().map(from_json).collect::<Vec<Value>>()),
        Json::Object(fields) => Value::from(
            fields.into_iter().map(|(key, value)| (key, from_json(value))).collect::<BTreeMap<String, Value>>(),
        ),
    }
}
