// The identity of a series: a name and labels, as canonical bytes. Two programs that send the same name and labels in
// any order get the same bytes, hence the same series. The bytes are what is stored, compared and hashed; strings are
// made from them only to be shown. Rules: docs/format/key.md. Escapes of any protocol are undone before this point.

/// The name and labels of a series.
///
/// Canonical bytes: LEB128 length and bytes of the name; then for each label, in bytewise order of the label names,
/// length and name, length and value, all unescaped UTF-8.
public struct SeriesKey: Hashable, Sendable {
    /// A label: `host=web1`.
    public struct Label: Hashable, Sendable {
        /// Never empty, never `__name__`, unique within its key.
        public let name: String
        /// Never empty: a label without a value is a label that is absent.
        public let value: String
    }

    /// A key may be as long as this, in canonical bytes.
    public static let largestSize = 65_536

    /// The canonical form, valid by construction.
    public let bytes: [UInt8]

    /// Makes the key of a name and labels in any order.
    ///
    /// - Throws: what is wrong with them; nothing is repaired silently.
    public init(name: String, labels: [(name: String, value: String)]) throws(SeriesKeyError) {
        guard !name.isEmpty else { throw .emptyName }
        let sorted = labels.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        var bytes: [UInt8] = []
        bytes.appendField(name)
        for (index, label) in sorted.enumerated() {
            if label.name.isEmpty { throw .emptyLabelName }
            if label.value.isEmpty { throw .emptyLabelValue(label.name) }
            if label.name.utf8.elementsEqual("__name__".utf8) { throw .reservedLabel }
            if index > 0, sorted[index - 1].name.utf8.elementsEqual(label.name.utf8) { throw .doubledLabel(label.name) }
            bytes.appendField(label.name)
            bytes.appendField(label.value)
        }
        guard bytes.count <= Self.largestSize else { throw .tooLong(bytes.count) }
        self.bytes = bytes
    }

    /// Takes canonical bytes from a parser or from the store, after checking every rule.
    public init(canonical bytes: [UInt8]) throws(SeriesKeyError) {
        guard bytes.count <= Self.largestSize else { throw .tooLong(bytes.count) }
        var fields = FieldCursor(bytes)
        guard let name = try fields.next() else { throw .emptyName }
        guard !name.isEmpty else { throw .emptyName }
        var previous: ArraySlice<UInt8>?
        while let label = try fields.next() {
            guard let value = try fields.next() else { throw .notCanonical(offset: bytes.count) }
            if label.isEmpty { throw .emptyLabelName }
            if value.isEmpty { throw .emptyLabelValue(text(label)) }
            if label.elementsEqual("__name__".utf8) { throw .reservedLabel }
            if let previous, !previous.lexicographicallyPrecedes(label) {
                if previous == label { throw .doubledLabel(text(label)) }
                throw .notCanonical(offset: label.startIndex)
            }
            previous = label
        }
        self.bytes = bytes
    }

    /// What is measured: `mem_used_percent`.
    public var name: String { text(fields[0]) }

    /// The labels in bytewise order of their names.
    public var labels: [Label] {
        let fields = fields
        return stride(from: 1, to: fields.count, by: 2).map {
            Label(name: text(fields[$0]), value: text(fields[$0 + 1]))
        }
    }

    /// XXH64 with seed 0 of the canonical bytes; assigns series to workers, and is a column for that alone.
    public var hash64: UInt64 { XXH64.hash(bytes) }

    /// Name, label name, label value, label name, …
    private var fields: [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        var at = 0
        while at < bytes.count { fields.append(bytes[Self.field(of: bytes, at: &at)]) }
        return fields
    }

    /// Where the field lies whose length begins at `at`, which moves behind it. The bytes were checked when the key was made.
    @inline(__always)
    private static func field(of bytes: [UInt8], at: inout Int) -> Range<Int> {
        var length = 0
        var shift = 0
        while true {
            let byte = bytes[at]
            at += 1
            length |= Int(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        defer { at += length }
        return at..<at + length
    }
}

extension SeriesKey: Comparable {
    /// By name, then label by label: the order of every list we print. Bytewise, so the same in every locale.
    /// Lists of 50 000 are sorted with it, so that it walks both keys and allocates nothing.
    public static func < (left: SeriesKey, right: SeriesKey) -> Bool {
        let (mine, theirs) = (left.bytes, right.bytes)
        var (at, other) = (0, 0)
        while at < mine.count, other < theirs.count {
            let (a, b) = (field(of: mine, at: &at), field(of: theirs, at: &other))
            for (i, j) in zip(a, b) where mine[i] != theirs[j] { return mine[i] < theirs[j] }
            if a.count != b.count { return a.count < b.count }
        }
        return at == mine.count && other < theirs.count
    }
}

extension SeriesKey: CustomStringConvertible {
    /// `disk_used{host=web1,path="/var/my data"}`: values are quoted only where a plain word does not do.
    public var description: String {
        let labels = labels
        if labels.isEmpty { return name }
        return name + "{" + labels.map { "\($0.name)=\(quoted($0.value))" }.joined(separator: ",") + "}"
    }

    private func quoted(_ value: String) -> String {
        let marks = "_.:/@+-".utf8
        let plain = value.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || marks.contains(byte)
        }
        if plain { return value }
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// Walks the length-prefixed fields of canonical bytes, checking lengths and UTF-8.
private struct FieldCursor {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next field, or nil at the end.
    mutating func next() throws(SeriesKeyError) -> ArraySlice<UInt8>? {
        if at == bytes.count { return nil }
        let start = at
        var length = 0
        var shift = 0
        while true {
            // Three LEB128 bytes hold 21 bits, more than the largest key.
            guard at < bytes.count, shift < 21 else { throw .notCanonical(offset: start) }
            let byte = bytes[at]
            at += 1
            length |= Int(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 {
                // A last byte of 0 after others is a longer spelling of the same length: not canonical.
                if byte == 0, shift > 7 { throw .notCanonical(offset: start) }
                break
            }
        }
        guard at + length <= bytes.count else { throw .notCanonical(offset: start) }
        let field = bytes[at..<at + length]
        guard String(validating: field, as: UTF8.self) != nil else { throw .invalidUTF8(offset: at) }
        at += length
        return field
    }
}

private func text(_ field: ArraySlice<UInt8>) -> String { String(decoding: field, as: UTF8.self) }

extension [UInt8] {
    /// Appends LEB128 length and UTF-8 bytes of `text`, as in a canonical key.
    fileprivate mutating func appendField(_ text: String) {
        var length = text.utf8.count
        while length >= 0x80 {
            append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        append(UInt8(length))
        append(contentsOf: text.utf8)
    }
}

/// Why a name and labels are not a series key.
public enum SeriesKeyError: Error, Equatable {
    /// The name has no characters.
    case emptyName
    /// A label name has no characters.
    case emptyLabelName
    /// This label has an empty value.
    case emptyLabelValue(String)
    /// This label is given twice.
    case doubledLabel(String)
    /// The label `__name__`, which selectors use for the name itself.
    case reservedLabel
    /// So many canonical bytes.
    case tooLong(Int)
    /// Bytes that are not UTF-8 from this offset on.
    case invalidUTF8(offset: Int)
    /// Canonical bytes that break off, are not sorted or spell a length badly.
    case notCanonical(offset: Int)
}

extension SeriesKeyError: CustomStringConvertible {
    /// A sentence for the one who sent the key.
    public var description: String {
        switch self {
        case .emptyName: "the series has no name"
        case .emptyLabelName: "a label has no name"
        case .emptyLabelValue(let name): "label \(name) has no value; leave it out instead"
        case .doubledLabel(let name): "label \(name) is given twice"
        case .reservedLabel: "a label must not be called __name__: that is the name of the series itself"
        case .tooLong(let size): "name and labels take \(size) bytes, more than \(SeriesKey.largestSize)"
        case .invalidUTF8(let offset): "name and labels are not UTF-8 (byte \(offset))"
        case .notCanonical(let offset): "bytes of a series key are not in canonical form (byte \(offset))"
        }
    }
}
