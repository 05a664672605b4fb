//! The project file as written, and the validated project: one file a migration, every mistake told at once.

mod load;
mod owners;
mod privacy;
mod schema;
mod settings;
mod sides;
mod spec;
mod template;

pub use load::{Known, Overrides, source_of};
pub use owners::Owners;
pub use privacy::{KEY_BYTES, ROLE_COLUMNS};
pub use schema::{SchemaKind, schema};
pub use spec::{
    CheckSetting, CheckSettings, KindPolicies, MatchRule, Migration, Names, Outputs, PackFormat, Policies, PolicyRef,
    Privacy, Project, Role, SideSpec, WaiverSettings,
};
pub use template::{Template, template};
