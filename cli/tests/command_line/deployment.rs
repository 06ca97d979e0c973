//! What goes through a deployment: asked, shown, decided and switched, with the real function behind the URLs.

mod asking;
mod deciding;
mod finding;
mod reading;
mod switching;
