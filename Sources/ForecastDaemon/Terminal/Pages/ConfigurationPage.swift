// A configuration as it is in force: every key, its value, and who said so.

/// Writes `forecastd check-config`.
package enum ConfigurationPage {
    /// A line for each key; what a file sets stands out.
    package static func written(_ effective: [Configuration.Effective], on screen: Screen) -> String {
        var table = Table([("key", .left), ("value", .left), ("set by", .left)])
        for one in effective {
            let isDefault = one.origin == .default
            table.add([one.key, one.value, "\(one.origin)"], inks: [1: isDefault ? .plain : .strong, 2: .faint])
        }
        return table.isEmpty ? "nothing differs from the defaults\n" : table.written(on: screen)
    }

    /// An array of objects with key, value and origin.
    package static func json(_ effective: [Configuration.Effective]) -> String {
        var json = JSONWriter()
        json.array { json in
            for one in effective {
                json.object { json in
                    json.member("key", one.key)
                    json.member("value", one.value)
                    json.member("origin", "\(one.origin)")
                }
            }
        }
        return json.text + "\n"
    }
}
