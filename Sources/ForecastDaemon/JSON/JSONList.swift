// A JSON array whose elements come one after another with waiting in between, as answers about many series do.

/// Collects the elements of one array.
public struct JSONList: Sendable {
    private var json = JSONWriter()

    /// No elements.
    public init() { json.open(UInt8(ascii: "[")) }

    /// Adds the element that `body` writes.
    public mutating func add(_ body: (inout JSONWriter) -> Void) { body(&json) }

    /// The whole array; nothing is added after that.
    public mutating func finished() -> [UInt8] {
        json.close(UInt8(ascii: "]"))
        return json.bytes
    }
}
