//! The one list of checks. A new check is a file, a `mod` line and a line here; its place is its place in reports.
//! Places are not stored anywhere: names are.

use super::context::Check;
use super::*;

/// All checks, in the order of reports.
pub static ALL: &[&dyn Check] = &[
    &student_missing::StudentMissing,
    &student_unexpected::StudentUnexpected,
    &student_duplicated::StudentDuplicated,
    &student_swapped::StudentSwapped,
    &student_id_changed::StudentIdChanged,
    &name_changed::CHECK,
    &name_garbled::CHECK,
    &preferred_name_changed::CHECK,
    &birth_date_changed::CHECK,
    &state_id_changed::CHECK,
    &grade_level_changed::CHECK,
    &school_changed::CHECK,
    &program_flag_changed::CHECK,
    &status_changed::CHECK,
    &cohort_changed::CHECK,
    &track_changed::CHECK,
    &homeroom_changed::CHECK,
    &enrollment_missing::EnrollmentMissing,
    &enrollment_unexpected::EnrollmentUnexpected,
    &enrollment_dates_changed::CHECK,
    &primary_enrollment_changed::CHECK,
    &calendar_changed::CHECK,
    &exit_code_changed::CHECK,
    &schedule_missing::ScheduleMissing,
    &class_missing::ClassMissing,
    &class_unexpected::ClassUnexpected,
    &term_changed::CHECK,
    &period_changed::CHECK,
    &days_changed::CHECK,
    &teacher_changed::CHECK,
    &co_teacher_changed::CHECK,
    &class_dates_changed::CHECK,
    &class_credit_changed::CHECK,
    &room_changed::CHECK,
    &schedule_conflict_introduced::ScheduleConflictIntroduced,
    &roster_scattered::RosterScattered,
    &transcript_row_missing::TranscriptRowMissing,
    &transcript_row_unexpected::TranscriptRowUnexpected,
    &transcript_row_duplicated::TranscriptRowDuplicated,
    &course_recoded::CHECK,
    &mark_changed::CHECK,
    &credit_earned_changed::CHECK,
    &credit_attempted_changed::CHECK,
    &gpa_weight_changed::CHECK,
    &gpa_points_changed::CHECK,
    &level_changed::CHECK,
    &repeat_code_changed::CHECK,
    &subject_area_changed::CHECK,
    &transfer_flag_lost::CHECK,
    &in_gpa_changed::CHECK,
    &transcript_term_changed::CHECK,
    &transcript_year_changed::CHECK,
    &transcript_grade_level_changed::CHECK,
    &transcript_school_changed::CHECK,
    &course_title_changed::CHECK,
    &teacher_of_record_changed::CHECK,
    &gpa_missing::GpaMissing,
    &gpa_unexpected::GpaUnexpected,
    &gpa_changed::CHECK,
    &gpa_rounding_only::CHECK,
    &gpa_policy_doubtful::GpaPolicyDoubtful,
    &class_rank_changed::ClassRankChanged,
    &class_rank_rule_changed::ClassRankRuleChanged,
    &gpa_kind_swapped::GpaKindSwapped,
    &gpa_not_reproducible::GpaNotReproducible,
    &gpa_stale::GpaStale,
    &gpa_inputs_changed::GpaInputsChanged,
    &credits_total_changed::CHECK,
    &credit_on_failed_mark::CreditOnFailedMark,
    &graduation_status_flipped::GraduationStatusFlipped,
    &needed_class_unscheduled::NeededClassUnscheduled,
    &needed_class_in_conflict::NeededClassInConflict,
    &passed_class_rescheduled::PassedClassRescheduled,
    &sequence_broken::SequenceBroken,
    &requirement_credit_changed::CHECK,
    &requirement_exception_changed::RequirementExceptionChanged,
    &requirement_item_lost::RequirementItemLost,
    &requirement_missing::RequirementMissing,
    &requirement_unexpected::RequirementUnexpected,
    &senior_cannot_finish::SeniorCannotFinish,
    &course_missing::CourseMissing,
    &course_unexpected::CourseUnexpected,
    &course_duplicated::CourseDuplicated,
    &catalogue_title_changed::CatalogueTitleChanged,
    &course_credit_changed::CourseCreditChanged,
    &course_level_changed::CourseLevelChanged,
    &course_subject_changed::CourseSubjectChanged,
    &code_unmapped::CodeUnmapped,
    &value_unreadable::ValueUnreadable,
    &value_lost::CHECK,
    &blank_key::BlankKey,
    &orphan_record::OrphanRecord,
    &ambiguous_match::AmbiguousMatch,
    &column_constant::ColumnConstant,
    &control_total_changed::ControlTotalChanged,
    &pre_existing::PreExisting,
];

/// All checks, in the order of reports.
#[must_use]
pub fn all() -> &'static [&'static dyn Check] {
    ALL
}

/// The check of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Check> {
    ALL.iter().copied().find(|c| c.meta().name == name)
}

/// All names, in the order of reports.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|c| c.meta().name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_a_name_of_its_own_and_a_page_with_four_parts() {
        let unique: BTreeSet<&str> = names().collect();
        assert_eq!(unique.len(), ALL.len());
        assert!(ALL.len() < 256, "findings hold the place in one byte");
        for check in ALL {
            let meta = check.meta();
            let page = crate::checks::page(meta.name).unwrap();
            for part in ["### What it finds", "### Why it matters", "### Example", "### What to do"] {
                assert!(page.contains(part), "{} lacks {part}", meta.name);
            }
            let first = meta.source.lines().next().unwrap_or_default();
            assert_eq!(first, format!("//! {}", meta.summary), "{}", meta.name);
        }
    }

    #[test]
    fn every_field_is_looked_at_by_a_check() {
        use crate::canonical::{Entity, Field};
        let read: BTreeSet<(Entity, Field)> = ALL.iter().flat_map(|c| c.reads().iter().copied()).collect();
        let elsewhere = [
            (Entity::Schedule, Field::Section), // roster-scattered
            (Entity::Gpa, Field::GpaKind),      // pairing
        ];
        for entity in [Entity::Student, Entity::Enrollment, Entity::Schedule, Entity::Transcript] {
            for field in Field::of(entity).iter().filter(|f| **f != Field::StudentId) {
                assert!(
                    read.contains(&(entity, *field)) || elsewhere.contains(&(entity, *field)),
                    "{entity}.{field} is looked at by no check"
                );
            }
        }
    }
}
