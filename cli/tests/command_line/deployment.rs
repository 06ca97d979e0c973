//! What goes through a deployment: asked, shown, decided and switched, with the real function behind the URLs.

mod answering;
mod asking;
mod deciding;
mod finding;
mod following;
mod reading;
mod rules;
mod secrets;
mod switching;
