//! Accepted findings: scope, cap, reason, owner, approver, expiry.
