//! The program on one screen: read, map, pair, check, decide, write.
