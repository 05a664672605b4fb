//! What earlier runs said: store, trend, evidence.
