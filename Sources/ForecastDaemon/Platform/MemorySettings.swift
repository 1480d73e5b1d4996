// The first line of `run`: what keeps resident memory low, measured in CPlatform.

import CPlatform

/// malloc's settings.
enum MemorySettings {
    static func apply() {
        platform_memory_settings()
        platform_line_buffered_output()
    }

    /// What a burst has left free in the middle of the heap stays resident until somebody gives it back: 67 of 250 MB
    /// after a day of 2000 series in half a minute. So does code that ran once, at the start or in a catch-up: 12 of 27 MB.
    /// It is read from the file again when it is wanted.
    static func giveBack() { platform_give_back_memory() }
}
