//! The demo's processes: started with a log each, brought back when they fall, ended together.

use std::fs::{self, File, OpenOptions};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::say::{self, Stopwatch};

/// A process that ran shorter than this did not come up.
const COMES_UP_WITHIN: Duration = Duration::from_secs(5);
const FALLS_IN_A_ROW: u32 = 3;
const BEFORE_RETURN: Duration = Duration::from_millis(300);
const QUIET_END: Duration = Duration::from_secs(8);

pub(crate) struct Process {
    pub(crate) name: &'static str,
    pub(crate) log: PathBuf,
    command: Command,
    child: Child,
    since: Stopwatch,
    falls: u32,
}

impl Process {
    pub(crate) fn start(name: &'static str, mut command: Command, log: PathBuf) -> Result<Self> {
        // Its own group: Ctrl-C reaches this process only, and this one ends the others in order.
        command.stdin(Stdio::null()).process_group(0);
        File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = spawn(name, &mut command, &log)?;
        Ok(Self { name, log, command, child, since: Stopwatch::start(), falls: 0 })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// True when it had fallen and was started again.
    pub(crate) fn tend(&mut self) -> Result<bool> {
        let Some(status) = self.child.try_wait()? else {
            return Ok(false);
        };
        // Killed from outside, as the checks do, says nothing about the process.
        let killed = status.signal() == Some(Signal::KILL.as_raw());
        self.falls = match (killed, self.since.elapsed() < COMES_UP_WITHIN) {
            (true, _) => 0,
            (false, true) => self.falls + 1,
            (false, false) => 1,
        };
        if self.falls >= FALLS_IN_A_ROW {
            bail!("{} does not stay up: {status}. Its log ends:\n{}", self.name, self.log_tail());
        }
        say::line(format_args!("{} fell ({status}); starting it again", self.name));
        thread::sleep(BEFORE_RETURN);
        self.child = spawn(self.name, &mut self.command, &self.log)?;
        self.since = Stopwatch::start();
        Ok(true)
    }

    /// While the demo comes up, a fall is not mended but told.
    pub(crate) fn must_run(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} did not start: {status}. Its log ends:\n{}", self.name, self.log_tail());
        }
        Ok(())
    }

    pub(crate) fn log_tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let tail: Vec<String> =
            lines[lines.len().saturating_sub(20)..].iter().map(|it| format!("   | {it}")).collect();
        tail.join("\n")
    }
}

/// In the order given; whoever does not end by itself is killed.
pub(crate) fn end_all(processes: &mut [Process]) {
    for it in processes.iter() {
        terminate(it.pid());
    }
    let watch = Stopwatch::start();
    for it in processes {
        while matches!(it.child.try_wait(), Ok(None)) {
            if watch.elapsed() > QUIET_END {
                say::line(format_args!("{} had to be killed", it.name));
                // It may have ended in between.
                let _ = it.child.kill();
                let _ = it.child.wait();
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

pub(crate) fn terminate(pid: u32) {
    if let Some(pid) = of_number(pid) {
        // It may have ended in between.
        let _ = kill_process(pid, Signal::TERM);
    }
}

/// A process of that number whose program has that name.
pub(crate) fn is_alive(pid: u32, program: &str) -> bool {
    let named = fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|it| {
        // A rebuilt program is told as `… (deleted)`.
        it.file_name()
            .is_some_and(|it| it.to_string_lossy().trim_end_matches(" (deleted)") == program)
    });
    named && of_number(pid).is_some_and(|it| test_kill_process(it).is_ok())
}

fn of_number(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// Set by Ctrl-C or SIGTERM.
pub(crate) fn stop_asked() -> Result<Arc<AtomicBool>> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in
        [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
    {
        // A second Ctrl-C ends this process at once.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&asked))?;
        signal_hook::flag::register(signal, Arc::clone(&asked))?;
    }
    Ok(asked)
}

pub(crate) fn is_set(flag: &AtomicBool) -> bool {
    flag.load(Ordering::Relaxed)
}

fn spawn(name: &str, command: &mut Command, log: &PathBuf) -> Result<Child> {
    let log = OpenOptions::new().append(true).create(true).open(log)?;
    command
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("cannot start {name}"))
}
