// A directory for a measurement, gone afterwards. It knows the names of what is put there, so that nothing is removed
// but what this process made.

import Glibc

/// A new, empty directory.
struct TemporaryDirectory: ~Copyable {
    let path: String
    private let files: [String]

    /// Makes `FOLDER/forecastd-XXXXXX`.
    ///
    /// - Parameter files: names that will be in it; they are removed at the end.
    init(in folder: String, files: [String]) throws(SystemError) {
        var template = Array("\(folder)/forecastd-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template) != nil
        guard made else { throw SystemError(doing: "make a directory in \(folder)", code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.files = files
    }

    deinit {
        for file in files { Environment.removeFile("\(path)/\(file)") }
        _ = unsafe rmdir(path)
    }
}
