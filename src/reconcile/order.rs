//! Rows that lie in a temporary file, put in the order of the students: what belongs to a student is then one stretch, and
//! whoever walks the students reads the file from front to back. Row numbers mean nothing outside, so no answer changes.

use super::group::{Csr, belongs_to_student};
use super::model::{Matching, PerEntity, StudentPair};
use crate::canonical::{Dataset, Entity, Records, Row, Side};

/// Puts the records of a side in the order of the roll, if they lie in a file, and renumbers what the roll knows of them.
pub(super) fn by_student(
    dataset: &mut Dataset,
    owners: &PerEntity<Vec<u32>>,
    students: &mut [StudentPair],
    matching: &mut Matching,
) {
    for entity in Entity::ALL.into_iter().filter(|e| belongs_to_student(*e)) {
        let Some(records) = take_paged(dataset, entity) else { continue };
        let order = owners[entity as usize].as_ref().map(|owners| {
            let grouped = Csr::build(&records, owners, students.len());
            with_rest(grouped.into_rows(), records.len())
        });
        dataset.set(match order {
            Some(order) => records.into_reordered(&order),
            None => records,
        });
    }
    let Some(records) = take_paged(dataset, Entity::Student) else { return };
    let side = dataset.side;
    let leading = students.iter().filter_map(|s| s.record(side)).collect();
    let order = with_rest(leading, records.len());
    let mut places = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(row, place)| places[*row as usize] = place);
    dataset.set(records.into_reordered(&order));
    renumber(side, &places, students, matching);
}

fn take_paged(dataset: &mut Dataset, entity: Entity) -> Option<Records> {
    dataset.get(entity)?.locations().spill()?;
    dataset.take(entity)
}

/// The rows, and behind them all others in their order.
fn with_rest(mut rows: Vec<Row>, all: usize) -> Vec<Row> {
    if rows.len() == all {
        return rows;
    }
    let mut taken = vec![false; all];
    rows.iter().for_each(|row| taken[*row as usize] = true);
    rows.extend((0..all as Row).filter(|row| !taken[*row as usize]));
    rows
}

/// Student records stand elsewhere: `places` says where each row went.
fn renumber(side: Side, places: &[Row], students: &mut [StudentPair], matching: &mut Matching) {
    let mine = |both: &mut (Vec<Row>, Vec<Row>)| {
        let rows = if side == Side::Legacy { &mut both.0 } else { &mut both.1 };
        rows.iter_mut().for_each(|row| *row = places[*row as usize]);
    };
    for student in students {
        let row = if side == Side::Legacy { &mut student.legacy } else { &mut student.new };
        *row = row.map(|row| places[row as usize]);
    }
    matching.duplicates.values_mut().for_each(mine);
    for strays in [&mut matching.blank, &mut matching.unreadable] {
        strays.get_mut(&Entity::Student).into_iter().for_each(mine);
    }
}
