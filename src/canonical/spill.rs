//! Columns larger than memory: their codes lie in blocks in one unnamed temporary file, of which each thread keeps those
//! that it is using. The file has no name and no other reader, so nothing is left of it however the process ends.

use std::cell::RefCell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

/// Codes of one block.
const BLOCK: usize = 4096;
/// Blocks that each thread keeps in memory: at most 32 MiB, and mostly a third of that.
const SLOTS: usize = 2048;

/// Tells every block that this process writes from every other.
static NUMBER: AtomicU64 = AtomicU64::new(1);
/// Numbers the columns: those that are read side by side were made one after the other and get places of their own.
static COLUMN: AtomicUsize = AtomicUsize::new(0);

/// Where columns go that do not fit into memory.
#[derive(Debug)]
pub struct Spill {
    file: File,
    folder: PathBuf,
    end: AtomicU64,
    /// Places that nobody needs any more, by bytes of a code: 1, 2, 4.
    free: [Mutex<Vec<u64>>; 3],
    failed: OnceLock<std::io::Error>,
}

impl Spill {
    /// A file without a name in a folder, readable by nobody else.
    ///
    /// # Errors
    /// When the folder can not be written.
    pub fn new(folder: &Path) -> std::io::Result<Arc<Self>> {
        Ok(Arc::new(Self::of(tempfile::tempfile_in(folder)?, folder)))
    }

    fn of(file: File, folder: &Path) -> Self {
        let (end, failed) = (AtomicU64::new(0), OnceLock::new());
        Self { file, folder: folder.to_owned(), end, free: Default::default(), failed }
    }

    /// The folder and the error when something could not be written: a full disk. What was not written is still held
    /// in memory, so that nothing computed is wrong; but the run must not go on in less memory than it thinks.
    #[must_use]
    pub fn failure(&self) -> Option<(&Path, std::io::Error)> {
        let error = self.failed.get()?;
        Some((&self.folder, std::io::Error::new(error.kind(), error.to_string())))
    }

    /// The size of the file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    fn write(self: &Arc<Self>, codes: &[u32]) -> Option<Arc<Written>> {
        let (bytes, width) = to_bytes(codes);
        let free = self.free(width).pop();
        let offset = free.unwrap_or_else(|| self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed));
        match write_at(&self.file, &bytes, offset) {
            Ok(()) => {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                Some(Arc::new(Written { spill: Arc::clone(self), number, offset, hash: xxh3_64(&bytes), width }))
            }
            Err(error) => {
                let _ = self.failed.set(error);
                None
            }
        }
    }

    fn free(&self, width: u8) -> MutexGuard<'_, Vec<u64>> {
        self.free[usize::from(width / 2)].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// # Panics
    /// When the temporary file does not give back what was written: no result may rest on it.
    fn read(&self, written: &Written, bytes: &mut Vec<u8>) {
        bytes.resize(usize::from(written.width) * BLOCK, 0);
        let read = read_at(&self.file, bytes, written.offset);
        assert!(
            read.is_ok() && xxh3_64(bytes) == written.hash,
            "the temporary file in {} does not give back what was written to it; check that disk and run again",
            self.folder.display()
        );
    }
}

/// A column of codes in blocks.
#[derive(Debug, Clone)]
pub(super) struct Paged {
    spill: Arc<Spill>,
    column: usize,
    blocks: Vec<Block>,
    /// The codes after the last whole block.
    tail: Vec<u32>,
}

#[derive(Debug, Clone)]
enum Block {
    OnDisk(Arc<Written>),
    /// All codes are this one.
    Same(u32),
    /// What could not be written.
    Kept(Arc<Vec<u32>>),
}

/// A block in the file; when the last column that holds it is gone, its place is free.
#[derive(Debug)]
struct Written {
    spill: Arc<Spill>,
    number: u64,
    offset: u64,
    hash: u64,
    /// Bytes of a code.
    width: u8,
}

impl Drop for Written {
    fn drop(&mut self) {
        self.spill.free(self.width).push(self.offset);
    }
}

impl Paged {
    pub(super) fn new(spill: Arc<Spill>) -> Self {
        let column = COLUMN.fetch_add(1, Ordering::Relaxed);
        Self { spill, column, blocks: Vec::new(), tail: Vec::new() }
    }

    pub(super) const fn spill(&self) -> &Arc<Spill> {
        &self.spill
    }

    pub(super) const fn len(&self) -> usize {
        self.blocks.len() * BLOCK + self.tail.len()
    }

    pub(super) fn push(&mut self, code: u32) {
        self.tail.push(code);
        if self.tail.len() == BLOCK {
            self.close();
        }
    }

    pub(super) fn extend(&mut self, mut codes: impl Iterator<Item = u32>) {
        loop {
            self.tail.extend(codes.by_ref().take(BLOCK - self.tail.len()));
            if self.tail.len() < BLOCK {
                return;
            }
            self.close();
        }
    }

    /// The codes of the tail become a block.
    fn close(&mut self) {
        let first = self.tail[0];
        let block = if self.tail.iter().all(|c| *c == first) {
            Block::Same(first)
        } else if let Some(written) = self.spill.write(&self.tail) {
            Block::OnDisk(written)
        } else {
            Block::Kept(Arc::new(std::mem::take(&mut self.tail)))
        };
        self.blocks.push(block);
        self.tail.clear();
    }

    #[inline]
    pub(super) fn get(&self, row: usize) -> u32 {
        match self.blocks.get(row / BLOCK) {
            Some(Block::OnDisk(written)) => self.cached(written, row),
            Some(Block::Same(code)) => *code,
            Some(Block::Kept(codes)) => codes[row % BLOCK],
            None => self.tail[row - self.blocks.len() * BLOCK],
        }
    }

    #[inline]
    fn cached(&self, written: &Written, row: usize) -> u32 {
        CACHE.with_borrow_mut(|slots| self.in_cache(slots, written, row))
    }

    #[inline]
    fn in_cache(&self, slots: &mut Vec<Slot>, written: &Written, row: usize) -> u32 {
        if slots.is_empty() {
            slots.resize_with(SLOTS, Slot::default);
        }
        // Two for each column: whoever reads it from front to back is at the end of one block and the start of the next.
        let slot = &mut slots[(self.column * 2 + row / BLOCK % 2) % SLOTS];
        if slot.number != written.number {
            slot.number = 0;
            self.spill.read(written, &mut slot.bytes);
            slot.number = written.number;
        }
        code(&slot.bytes, written.width, row % BLOCK)
    }

    /// Shows the codes of many rows, one after the other; quick when they are near each other. `see` must read no paged
    /// column.
    pub(super) fn each(&self, rows: impl Iterator<Item = usize>, mut see: impl FnMut(u32)) {
        CACHE.with_borrow_mut(|slots| {
            for row in rows {
                see(match self.blocks.get(row / BLOCK) {
                    Some(Block::OnDisk(written)) => self.in_cache(slots, written, row),
                    _ => self.get(row),
                });
            }
        });
    }

    /// Puts the codes from `start`, the first of a block or of the rest, to the end of it into `out`.
    pub(super) fn stretch(&self, start: usize, out: &mut Vec<u32>) {
        out.clear();
        match self.blocks.get(start / BLOCK) {
            Some(Block::OnDisk(written)) => {
                let mut bytes = Vec::new();
                self.spill.read(written, &mut bytes);
                out.extend((0..BLOCK).map(|at| code(&bytes, written.width, at)));
            }
            Some(Block::Same(code)) => out.resize(BLOCK, *code),
            Some(Block::Kept(codes)) => out.extend_from_slice(codes),
            None => out.extend_from_slice(&self.tail[start - self.blocks.len() * BLOCK..]),
        }
    }

    pub(super) fn truncate(&mut self, len: usize) {
        if len >= self.len() {
            return;
        }
        let whole = len / BLOCK;
        if whole < self.blocks.len() {
            self.tail = (whole * BLOCK..len).map(|row| self.get(row)).collect();
            self.blocks.truncate(whole);
        } else {
            self.tail.truncate(len - whole * BLOCK);
        }
    }
}

/// Codes in as few bytes each as the largest of them needs, and how many these are.
fn to_bytes(codes: &[u32]) -> (Vec<u8>, u8) {
    match codes.iter().max().copied().unwrap_or(0) {
        0..=0xff => (codes.iter().map(|c| *c as u8).collect(), 1),
        0x100..=0xffff => {
            let mut bytes = Vec::with_capacity(codes.len() * 2);
            codes.iter().for_each(|c| bytes.extend_from_slice(&(*c as u16).to_le_bytes()));
            (bytes, 2)
        }
        _ => {
            let mut bytes = Vec::with_capacity(codes.len() * 4);
            codes.iter().for_each(|c| bytes.extend_from_slice(&c.to_le_bytes()));
            (bytes, 4)
        }
    }
}

#[inline]
fn code(bytes: &[u8], width: u8, at: usize) -> u32 {
    match width {
        1 => u32::from(bytes[at]),
        2 => u32::from(u16::from_le_bytes([bytes[2 * at], bytes[2 * at + 1]])),
        _ => u32::from_le_bytes([bytes[4 * at], bytes[4 * at + 1], bytes[4 * at + 2], bytes[4 * at + 3]]),
    }
}

/// A block in memory, by its number; nought is no block.
#[derive(Default)]
struct Slot {
    number: u64,
    bytes: Vec<u8>,
}

thread_local! {
    static CACHE: RefCell<Vec<Slot>> = const { RefCell::new(Vec::new()) };
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        if written == 0 {
            return Err(std::io::ErrorKind::WriteZero.into());
        }
        (bytes, offset) = (&bytes[written..], offset + written as u64);
    }
    Ok(())
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        (bytes, offset) = (&mut bytes[read..], offset + read as u64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::canonical::{Codes, PagedCodes};

    #[test]
    fn a_paged_column_is_the_column_in_memory_for_any_pushes_truncations_and_reads() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path()).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(7);
        for _ in 0..20 {
            let (mut plain, mut paged) = (Vec::new(), Paged::new(Arc::clone(&spill)));
            for _ in 0..random.random_range(1..6) {
                let largest = [0, 200, 60_000, u32::MAX - 1][random.random_range(0..4)];
                let more: Vec<u32> =
                    (0..random.random_range(0..3 * BLOCK)).map(|_| random.random_range(0..=largest)).collect();
                plain.extend_from_slice(&more);
                if random.random_bool(0.5) {
                    paged.extend(more.into_iter());
                } else {
                    more.into_iter().for_each(|code| paged.push(code));
                }
                let keep = random.random_range(0..=plain.len());
                if random.random_bool(0.5) {
                    plain.truncate(keep);
                    paged.truncate(keep);
                }
            }
            assert_eq!(paged.len(), plain.len());
            let (some, mut seen): (Vec<usize>, Vec<u32>) = ((0..plain.len()).rev().step_by(7).collect(), Vec::new());
            paged.each(some.iter().copied(), |code| seen.push(code));
            assert_eq!(seen, some.iter().map(|row| plain[*row]).collect::<Vec<_>>());
            let copy = paged.clone();
            paged.push(1);
            assert_eq!(
                Codes::Paged(PagedCodes(Box::new(paged.clone()))).iter().take(plain.len()).collect::<Vec<_>>(),
                plain
            );
            for _ in 0..2_000.min(plain.len()) {
                let row = random.random_range(0..plain.len());
                assert_eq!((paged.get(row), copy.get(row)), (plain[row], plain[row]), "row {row}");
            }
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn places_of_columns_that_are_gone_are_used_again_and_no_cached_block_is_taken_for_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path()).unwrap();
        let column = |first: u32| {
            let mut paged = Paged::new(Arc::clone(&spill));
            (0..20 * BLOCK as u32).for_each(|code| paged.push(first + code));
            paged
        };
        let is = |paged: &Paged, first: u32| (0..20 * BLOCK).all(|row| paged.get(row) == first + row as u32);
        let first = column(100_000);
        let copy = first.clone();
        assert!(is(&first, 100_000));
        drop(first);
        let size = spill.bytes();
        let second = column(200_000);
        assert_eq!(spill.bytes(), 2 * size, "the copy still needs its places");
        assert!(is(&copy, 100_000) && is(&second, 200_000));
        drop(copy);
        let third = column(300_000);
        assert_eq!(spill.bytes(), 2 * size);
        assert!(is(&second, 200_000) && is(&third, 300_000));
    }

    #[test]
    fn what_can_not_be_written_is_kept_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full");
        std::fs::write(&path, "").unwrap();
        let file = File::open(&path).unwrap(); // for reading only: every write fails
        let spill = Arc::new(Spill::of(file, folder.path()));
        let mut paged = Paged::new(Arc::clone(&spill));
        (0..10_000).for_each(|code| paged.push(code));
        assert!((0..10_000).all(|row| paged.get(row) == row as u32));
        assert_eq!(spill.failure().unwrap().0, folder.path());
    }

    #[test]
    #[should_panic(expected = "does not give back what was written")]
    fn a_file_that_gives_back_something_else_ends_everything() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path()).unwrap();
        let mut paged = Paged::new(Arc::clone(&spill));
        (0..5_000).for_each(|code| paged.push(code));
        write_at(&spill.file, &[9; 64], 100).unwrap();
        let _ = paged.get(7);
    }
}
