//! Where the roll is cut: ranges of students with about equally many rows, and which rows each range owns.

use crate::canonical::{Entity, Records, Row, Side};
use crate::reconcile::Reconciliation;

/// One past the last student of each shard, and the rows of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) ends: Vec<u32>,
    pub(super) rows: Vec<u64>,
}

/// The rows of one entity of one side, by shard, students in order and their rows as they stood; and those of nobody.
#[derive(Debug, Default)]
pub(super) struct Split {
    pub(super) shards: Vec<Vec<Row>>,
    pub(super) rest: Vec<Row>,
}

impl Cut {
    /// Cuts into `shards` ranges of about equally many rows; there may be more shards than students.
    pub(super) fn even(run: &Reconciliation, shards: u32) -> Self {
        let mut rows = vec![0u64; run.students.len()];
        for side in Side::BOTH {
            for entity in run.dataset(side).entities() {
                each_owner(run, side, entity, |_, owner| {
                    if let Some(position) = owner {
                        rows[position as usize] += 1;
                    }
                });
            }
        }
        // A student without rows costs something too.
        let total: u64 = rows.iter().sum::<u64>() + rows.len() as u64;
        let mut cut = Self { ends: Vec::new(), rows: Vec::new() };
        let (mut position, mut before, mut taken) = (0, 0, 0);
        for shard in 1..=u64::from(shards) {
            let goal = total * shard / u64::from(shards);
            while position < rows.len() && (before < goal || shard == u64::from(shards)) {
                before += rows[position] + 1;
                position += 1;
            }
            cut.ends.push(position as u32);
            let so_far = before - position as u64;
            cut.rows.push(so_far - taken);
            taken = so_far;
        }
        cut
    }

    /// Shares the rows of an entity of a side out.
    pub(super) fn split(&self, run: &Reconciliation, side: Side, entity: Entity) -> Split {
        let mut owned: Vec<Vec<(u32, Row)>> = vec![Vec::new(); self.ends.len()];
        let mut split = Split::default();
        each_owner(run, side, entity, |row, owner| match owner {
            Some(position) => owned[self.ends.partition_point(|end| *end <= position)].push((position, row)),
            None => split.rest.push(row),
        });
        split.shards = owned
            .into_iter()
            .map(|mut rows| {
                rows.sort_unstable();
                rows.into_iter().map(|(_, row)| row).collect()
            })
            .collect();
        split
    }
}

fn each_owner(run: &Reconciliation, side: Side, entity: Entity, mut see: impl FnMut(Row, Option<u32>)) {
    let rows = run.dataset(side).get(entity).map_or(0, Records::len);
    for row in 0..rows as Row {
        see(row, run.owner(side, entity, row));
    }
}
