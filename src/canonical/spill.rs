//! Columns larger than memory: their codes lie in blocks in one unnamed temporary file, of which each thread keeps those
//! that it is using. The file has no name and no other reader, so nothing is left of it however the process ends.

use std::cell::RefCell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_64;

/// Codes of one block.
const BLOCK: usize = 4096;
/// Blocks that each thread keeps in memory: at most 16 MiB.
const SLOTS: usize = 1024;

/// Tells the blocks of one file from those of another in the same process.
static SERIAL: AtomicU64 = AtomicU64::new(1);

/// Where columns go that do not fit into memory.
#[derive(Debug)]
pub struct Spill {
    file: File,
    folder: PathBuf,
    serial: u64,
    end: AtomicU64,
    failed: OnceLock<std::io::Error>,
}

impl Spill {
    /// A file without a name in a folder, readable by nobody else.
    ///
    /// # Errors
    /// When the folder can not be written.
    pub fn new(folder: &Path) -> std::io::Result<Arc<Self>> {
        let file = tempfile::tempfile_in(folder)?;
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let (end, failed) = (AtomicU64::new(0), OnceLock::new());
        Ok(Arc::new(Self { file, folder: folder.to_owned(), serial, end, failed }))
    }

    /// The folder and the error when something could not be written: a full disk. What was not written is still held
    /// in memory, so that nothing computed is wrong; but the run must not go on in less memory than it thinks.
    #[must_use]
    pub fn failure(&self) -> Option<(&Path, std::io::Error)> {
        let error = self.failed.get()?;
        Some((&self.folder, std::io::Error::new(error.kind(), error.to_string())))
    }

    /// Bytes written so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    fn write(&self, cells: &Cells) -> Option<Written> {
        let bytes = cells.to_bytes();
        let offset = self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        match write_at(&self.file, &bytes, offset) {
            Ok(()) => Some(Written { offset, hash: xxh3_64(&bytes), width: cells.width() }),
            Err(error) => {
                let _ = self.failed.set(error);
                None
            }
        }
    }

    /// # Panics
    /// When the temporary file does not give back what was written: no result may rest on it.
    fn read(&self, written: Written) -> Cells {
        let mut bytes = vec![0; usize::from(written.width) * BLOCK];
        let read = read_at(&self.file, &mut bytes, written.offset);
        assert!(
            read.is_ok() && xxh3_64(&bytes) == written.hash,
            "the temporary file in {} does not give back what was written to it; check that disk and run again",
            self.folder.display()
        );
        Cells::of_bytes(&bytes, written.width)
    }
}

/// A column of codes in blocks.
#[derive(Debug, Clone)]
pub(super) struct Paged {
    spill: Arc<Spill>,
    blocks: Vec<Block>,
    /// The codes after the last whole block.
    tail: Vec<u32>,
}

#[derive(Debug, Clone)]
enum Block {
    OnDisk(Written),
    /// What could not be written.
    Kept(Arc<Vec<u32>>),
}

#[derive(Debug, Clone, Copy)]
struct Written {
    offset: u64,
    hash: u64,
    /// Bytes of a code.
    width: u8,
}

impl Paged {
    pub(super) const fn new(spill: Arc<Spill>) -> Self {
        Self { spill, blocks: Vec::new(), tail: Vec::new() }
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
            let block = match self.spill.write(&Cells::of(&self.tail)) {
                Some(written) => Block::OnDisk(written),
                None => Block::Kept(Arc::new(std::mem::take(&mut self.tail))),
            };
            self.blocks.push(block);
            self.tail.clear();
        }
    }

    #[inline]
    pub(super) fn get(&self, row: usize) -> u32 {
        match self.blocks.get(row / BLOCK) {
            Some(Block::OnDisk(written)) => cached(&self.spill, *written, row % BLOCK),
            Some(Block::Kept(codes)) => codes[row % BLOCK],
            None => self.tail[row - self.blocks.len() * BLOCK],
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

/// Codes in as few bytes each as the largest of them needs.
#[derive(Debug)]
enum Cells {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Cells {
    fn of(codes: &[u32]) -> Self {
        match codes.iter().max().copied().unwrap_or(0) {
            0..=0xff => Self::One(codes.iter().map(|c| *c as u8).collect()),
            0x100..=0xffff => Self::Two(codes.iter().map(|c| *c as u16).collect()),
            _ => Self::Four(codes.to_vec()),
        }
    }

    const fn width(&self) -> u8 {
        match self {
            Self::One(_) => 1,
            Self::Two(_) => 2,
            Self::Four(_) => 4,
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::One(v) => v.clone(),
            Self::Two(v) => v.iter().flat_map(|c| c.to_le_bytes()).collect(),
            Self::Four(v) => v.iter().flat_map(|c| c.to_le_bytes()).collect(),
        }
    }

    fn of_bytes(bytes: &[u8], width: u8) -> Self {
        match width {
            1 => Self::One(bytes.to_vec()),
            2 => Self::Two(bytes.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect()),
            _ => Self::Four(bytes.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect()),
        }
    }

    #[inline]
    fn get(&self, at: usize) -> u32 {
        match self {
            Self::One(v) => u32::from(v[at]),
            Self::Two(v) => u32::from(v[at]),
            Self::Four(v) => v[at],
        }
    }
}

/// A block in memory; `serial` nought is no block.
struct Slot {
    serial: u64,
    offset: u64,
    cells: Cells,
}

thread_local! {
    static CACHE: RefCell<Vec<Slot>> = const { RefCell::new(Vec::new()) };
}

#[inline]
fn cached(spill: &Spill, written: Written, at: usize) -> u32 {
    CACHE.with_borrow_mut(|slots| {
        if slots.is_empty() {
            slots.resize_with(SLOTS, || Slot { serial: 0, offset: 0, cells: Cells::One(Vec::new()) });
        }
        // Blocks of columns that are read side by side were written one after the other: the high bits of a product
        // spread them over the slots.
        let number = (written.offset / BLOCK as u64 + spill.serial).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = &mut slots[(number >> 54) as usize % SLOTS];
        if slot.offset != written.offset || slot.serial != spill.serial {
            *slot = Slot { serial: spill.serial, offset: written.offset, cells: spill.read(written) };
        }
        slot.cells.get(at)
    })
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

    #[test]
    fn a_paged_column_is_the_column_in_memory_for_any_pushes_truncations_and_reads() {
        let folder = tempfile::tempdir().unwrap();
        let spill = Spill::new(folder.path()).unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(7);
        for _ in 0..20 {
            let (mut plain, mut paged) = (Vec::new(), Paged::new(Arc::clone(&spill)));
            for _ in 0..random.random_range(1..6) {
                let largest = [200, 60_000, u32::MAX - 1][random.random_range(0..3)];
                for _ in 0..random.random_range(0..3 * BLOCK) {
                    let code = random.random_range(0..=largest);
                    plain.push(code);
                    paged.push(code);
                }
                let keep = random.random_range(0..=plain.len());
                if random.random_bool(0.5) {
                    plain.truncate(keep);
                    paged.truncate(keep);
                }
            }
            assert_eq!(paged.len(), plain.len());
            let copy = paged.clone();
            paged.push(1);
            for _ in 0..2_000.min(plain.len()) {
                let row = random.random_range(0..plain.len());
                assert_eq!((paged.get(row), copy.get(row)), (plain[row], plain[row]), "row {row}");
            }
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn what_can_not_be_written_is_kept_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full");
        std::fs::write(&path, "").unwrap();
        let file = File::open(&path).unwrap(); // for reading only: every write fails
        let (end, failed) = (AtomicU64::new(0), OnceLock::new());
        let spill = Arc::new(Spill { file, folder: folder.path().to_owned(), serial: u64::MAX, end, failed });
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
