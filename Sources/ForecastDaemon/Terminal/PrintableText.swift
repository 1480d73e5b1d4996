// What comes from a stranger's file on its way to a terminal or a log: escape sequences would be obeyed there, and a line
// of 60 MB would be printed. Both are seen here instead of done.

/// Makes text harmless.
package enum PrintableText {
    /// Characters that stay at the beginning and at the end of a text that is too long: a sentence quotes in its middle.
    private static let kept = 120

    /// Control characters as `\xNN`; at most twice `kept` characters, what is left out as `…`.
    static func short(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > 2 * kept else { return visible(scalars) }
        return visible(scalars.prefix(kept)) + "…" + visible(scalars.suffix(kept))
    }

    /// A page of ours with strangers' names in it: our own line ends and colours stay, what no page of ours has does not.
    package static func onTerminal(_ page: String) -> String {
        func isForeign(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            // C1 controls; marks of direction and isolates (Unicode Standard Annex 9).
            case 0x80...0x9F, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
            default: false
            }
        }
        guard page.unicodeScalars.contains(where: isForeign) else { return page }
        var shown = ""
        for scalar in page.unicodeScalars {
            if isForeign(scalar) {
                shown += visible(CollectionOfOne(scalar))
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func visible(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = ""
        for scalar in scalars {
            switch scalar.properties.generalCategory {
            // Format characters too: they may turn the direction of a whole line.
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                let digits = String(scalar.value, radix: 16)
                text += scalar.value < 256 ? "\\x\(digits.count < 2 ? "0" : "")\(digits)" : "\\u{\(digits)}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
