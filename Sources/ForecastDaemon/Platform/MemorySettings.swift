// The first line of `run`: what keeps resident memory low, measured in CPlatform.

import CPlatform

/// malloc's settings.
enum MemorySettings {
    static func apply() {
        platform_memory_settings()
        platform_line_buffered_output()
    }
}
