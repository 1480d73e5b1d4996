// Shows how far a long request has come, on standard error, so that standard output stays data.
//
// On a terminal one line is drawn over itself; elsewhere a line is written for each tenth of the way, so that a log
// stays readable. It draws what it is told and keeps no clock.

/// One bar of one command.
package struct ProgressBar {
    private let screen: Screen
    /// The tenth that was written last, where it is no terminal.
    private var tenth = -1
    private var drawn = ""

    package init(screen: Screen) { self.screen = screen }

    /// Draws the state.
    ///
    /// - Parameters:
    ///   - fraction: 0 to 1; nil where nobody knows.
    ///   - message: what is being done.
    package mutating func show(_ fraction: Double?, _ message: String) {
        let line = ProgressBar.line(fraction, message, on: screen)
        if screen.isTerminal {
            guard line != drawn else { return }
            Descriptor.write("\r\(line)\u{1B}[K", to: 2)
            drawn = line
        } else {
            let reached = fraction.map { Int(min(max($0, 0), 1) * 10) } ?? tenth
            // A new stage of the work begins lower than the last one ended.
            if reached != tenth {
                let percent = fraction.map { "\(Int($0 * 100)) %  " } ?? ""
                Descriptor.write("\(percent)\(message)\n", to: 2)
            }
            tenth = reached
        }
    }

    /// Removes the bar from the screen.
    package mutating func clear() {
        if screen.isTerminal, !drawn.isEmpty { Descriptor.write("\r\u{1B}[K", to: 2) }
        drawn = ""
    }

    /// The line, at most as wide as the screen.
    static func line(_ fraction: Double?, _ message: String, on screen: Screen) -> String {
        guard let fraction, fraction.isFinite else { return String(message.prefix(screen.width - 1)) }
        let share = min(max(fraction, 0), 1)
        let size = max(10, min(30, screen.width / 3))
        let filled = Int((share * Double(size)).rounded(.down))
        let bar =
            String(repeating: screen.glyph("█", "#"), count: filled)
            + String(repeating: screen.glyph("░", "-"), count: size - filled)
        let percent = "\(Int((share * 100).rounded(.down)))"
        let head = "\(bar) \(String(repeating: " ", count: 3 - percent.count))\(percent) %  "
        return head + message.prefix(max(0, screen.width - 1 - head.count))
    }
}
