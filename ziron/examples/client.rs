//! Asks the daemon of a prompt how it is, and for a prompt: with the synchronous client, then with the asynchronous
//! one.
//!
//! ```sh
//! cargo run -p ziron --example client --features background -- ~/.local/bin/ziron-prompt
//! ```

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an example shows what it was told, within real time"
)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ziron::client::{Address, AsyncClient, Client, Draw, Hello, ReplyMode, Surroundings, Tool, ToolKind};

/// The longest that each call may take.
const PATIENCE: Duration = Duration::from_millis(500);

fn main() -> Result<(), Box<dyn Error>> {
    let binary = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: client BINARY")?;
    let address = Address::of(&binary, &Surroundings::of_process())?;
    print!("{}", health(&address)?);
    println!("{}", futures_lite::future::block_on(left_prompt(&address.socket()))?);
    Ok(())
}

/// What the daemon says about its health.
fn health(address: &Address) -> Result<String, Box<dyn Error>> {
    let mut client = Client::connect_to(address, deadline())?;
    client.greet(&hello(), deadline())?;
    let mut text = String::new();
    client.ask(&Tool::new(ToolKind::Health), deadline(), |part| {
        text.push_str(&String::from_utf8_lossy(part));
    })?;
    Ok(text)
}

/// The left prompt of the current directory.
async fn left_prompt(socket: &Path) -> Result<String, Box<dyn Error>> {
    let mut client = AsyncClient::connect(socket, deadline()).await?;
    client.greet(&hello(), deadline()).await?;
    let here = std::env::current_dir()?;
    let request = ziron::Request { logical_path: Some(here), ..ziron::Request::default() };
    let drawn = client.draw(&Draw { seq: 1, request, ..Draw::default() }, deadline()).await?;
    Ok(String::from_utf8_lossy(drawn.left).into_owned())
}

fn hello() -> Hello<'static> {
    Hello { answer: ReplyMode::Once, ..Hello::default() }
}

fn deadline() -> Instant {
    Instant::now() + PATIENCE
}
