// The manual page and the program's own help: one must not be behind the other.

import FoundationEssentials
import TestSupport
import Testing

/// What `--experimental-dump-help` says, as far as the page repeats it.
private struct Help: Decodable {
    struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                let kind, name: String
            }
            let names: [Name]?
            let shouldDisplay: Bool?
        }
        let commandName: String
        let abstract: String?
        let arguments: [Argument]?
        let subcommands: [Command]?
    }
    let command: Command
}

extension ProcessSuite {
    @Suite("The manual page") struct ManualTests {
        @Test("names every command with its sentence, and every option (scripts/manual writes it)")
        func complete() throws {
            try TemporaryFolder.with { folder in
                let dump = try Tool.run(
                    [DaemonUnderTest.binary, "--experimental-dump-help"], in: folder, environment: [:], upTo: 30)
                let help = try JSONDecoder().decode(Help.self, from: Data(dump.output))
                let page = SourceTree.contents(of: SourceTree.root + "/deploy/forecastd.1")
                    .replacing("\\-", with: "-").replacing("\\e", with: "\\").replacing("\\&", with: "")
                let sections = page.split(separator: ".SS \\fBforecastd ")
                let commands = try #require(help.command.subcommands).filter { $0.commandName != "help" }
                #expect(commands.count > 20)
                for command in commands {
                    let section = try #require(
                        sections.first { $0.hasPrefix("\(command.commandName)\\fR") },
                        "no section on \(command.commandName)")
                    let abstract = (command.abstract ?? "").replacing("`", with: "'")
                    #expect(section.contains(abstract), "\(command.commandName): \(abstract)")
                    for name in (command.arguments ?? []).flatMap({ $0.names ?? [] })
                    where name.kind == "long" && name.name != "help" && name.name != "version" {
                        #expect(section.contains("--" + name.name), "\(command.commandName) --\(name.name)")
                    }
                }
            }
        }
    }
}
