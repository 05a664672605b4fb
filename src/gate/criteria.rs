//! What a district demands before cutover. Every default is the strictest value that can be met.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::canonical::{Decimal, Entity, Field};

/// The criteria of the gate, as `[gate]`, `[matching]` and `[checks]` of the project set them. Counts are absolute:
/// a percentage of 650,000 students hides 650 of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Criteria {
    /// Open critical findings allowed; 0.
    pub critical: u64,
    /// Open major findings allowed in all; 0.
    pub major: u64,
    /// Open major findings allowed in one school; no limit of its own when absent.
    pub major_per_school: Option<u64>,
    /// Open minor findings allowed; not gated when absent.
    pub minor: Option<u64>,
    /// Percent of legacy students that must be matched; 99.5.
    #[serde(with = "percent")]
    pub min_match: Decimal,
    /// Percent of the students and records of the largest earlier rehearsal that a run must have; 95.
    #[serde(with = "percent")]
    pub min_volume: Decimal,
    /// Percent of compared GPAs that must be equal; 100.
    #[serde(with = "percent")]
    pub gpa_equal_min: Decimal,
    /// Percent of legacy GPAs that a policy must reproduce; 99.9.
    #[serde(with = "percent")]
    pub calibration_min: Decimal,
    /// Rejected rows allowed (those that a waiver names are not counted); 0.
    pub rejected_rows: u64,
    /// Distinct codes without a crosswalk line allowed; 0.
    pub unmapped_codes: u64,
    /// Findings that were fixed once and are back; 0.
    pub came_back: u64,
    /// Clean rehearsals in a row that are demanded, this one included; 1.
    pub clean_rehearsals: u32,
    /// A passed drill against this configuration is demanded.
    pub drill: bool,
    /// A sign-off of every school is demanded.
    pub signoffs: bool,
    /// Kinds of record that must be compared.
    pub required: Vec<Entity>,
    /// Fields that must be mapped and filled, beside those without which a kind of record can not be mapped at all.
    #[serde(with = "fields")]
    pub required_fields: BTreeMap<Entity, Vec<Field>>,
    /// Schools that must have students on both sides; unknown when empty.
    pub schools: Vec<String>,
    /// How many days old the extracts may be when the gate is asked; no limit when absent.
    pub max_age_days: Option<u32>,
}

impl Default for Criteria {
    fn default() -> Self {
        let fields = [
            (Entity::Student, vec![Field::GradeLevel]),
            (Entity::Transcript, vec![Field::Mark, Field::CreditEarned]),
            (Entity::Gpa, vec![Field::Value]),
        ];
        Self {
            critical: 0,
            major: 0,
            major_per_school: None,
            minor: None,
            min_match: Decimal::new(995, 1),
            min_volume: Decimal::new(95, 0),
            gpa_equal_min: Decimal::new(100, 0),
            calibration_min: Decimal::new(999, 1),
            rejected_rows: 0,
            unmapped_codes: 0,
            came_back: 0,
            clean_rehearsals: 1,
            drill: false,
            signoffs: false,
            required: vec![Entity::Student, Entity::Enrollment, Entity::Schedule, Entity::Transcript, Entity::Gpa],
            required_fields: fields.into_iter().collect(),
            schools: Vec::new(),
            max_age_days: None,
        }
    }
}

/// Percentages as exact text.
mod percent {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::canonical::Decimal;

    pub(super) fn serialize<S: Serializer>(value: &Decimal, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
        let text = String::deserialize(from)?;
        let value = Decimal::parse(&text).map_err(|e| D::Error::custom(format!("{e}; write \"99.5\"")))?;
        if value < Decimal::ZERO || value > Decimal::new(100, 0) {
            return Err(D::Error::custom("a percentage lies between 0 and 100"));
        }
        Ok(value)
    }
}

/// Fields by entity, by name.
mod fields {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::canonical::{Entity, Field};

    pub(super) fn serialize<S: Serializer>(value: &BTreeMap<Entity, Vec<Field>>, to: S) -> Result<S::Ok, S::Error> {
        let names: BTreeMap<&str, Vec<&str>> =
            value.iter().map(|(e, f)| (e.name(), f.iter().map(|f| f.name()).collect())).collect();
        names.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Entity, Vec<Field>>, D::Error> {
        let names: BTreeMap<Entity, Vec<String>> = BTreeMap::deserialize(from)?;
        let parse = |entity: Entity, list: Vec<String>| -> Result<(Entity, Vec<Field>), D::Error> {
            let found: Result<Vec<Field>, D::Error> = list
                .iter()
                .map(|n| Field::parse(entity, n).ok_or_else(|| D::Error::custom(format!("{entity} has no field {n}"))))
                .collect();
            Ok((entity, found?))
        };
        names.into_iter().map(|(e, list)| parse(e, list)).collect()
    }
}
