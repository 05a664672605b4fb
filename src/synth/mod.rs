//! A district made from a seed, and planted faults: demo, drill, benchmarks.
