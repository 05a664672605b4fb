//! The project file as written, and the validated project.
