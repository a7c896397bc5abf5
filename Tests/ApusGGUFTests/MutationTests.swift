import ApusGGUF
import TestSupport
import Testing

/// Random damage must end in an open file or a `GGUFError`, never in a trap or a read outside.
@Suite struct MutationTests {
    @Test(arguments: 0..<16 as Range<UInt64>)
    func damagedFilesOpenOrThrow(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let whole = try Sample.model().bytes()
        var opened = 0
        for _ in 0..<250 {
            if try useEverything(damage(whole, &random)) { opened += 1 }
        }
        // Both outcomes have to occur, or the damage is not worth its time.
        #expect(0 < opened && opened < 250)
    }

    /// Opens the file and reads everything in it; false when it is refused.
    private func useEverything(_ bytes: [UInt8]) throws -> Bool {
        do {
            let file = try GGUFFile(copying: bytes)
            for (key, value) in file.metadata.values {
                guard case .array(let array) = value else { continue }
                switch array.elementType {
                case .string: #expect(try array.byteStrings(key).count == array.count)
                case .bool: #expect(try array.bools(key).count == array.count)
                default: #expect(try array.doubles(key).count == array.count)
                }
            }
            var sum = 0
            for tensor in file.tensors {
                let data = file.bytes(of: tensor)
                #expect(data.count == tensor.byteCount)
                sum = data.reduce(sum) { $0 + Int($1) }
            }
            withExtendedLifetime((file, sum)) {}
            return true
        } catch let error as GGUFError {
            #expect(!error.message.isEmpty)
            return false
        }
    }

    /// One to four changes: flipped bits, lost, doubled or extreme bytes, a lost end.
    private func damage(_ whole: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = whole
        for _ in 0...Int.random(in: 0..<4, using: &random) {
            let position = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0, 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes[position] = UInt8.random(in: 0...255, using: &random)
            case 3: bytes[position] = Bool.random(using: &random) ? 0xFF : 0
            case 4: bytes.remove(at: position)
            case 5: bytes.insert(bytes[position], at: position)
            default:
                if bytes.count > 32 && Int.random(in: 0..<4, using: &random) == 0 {
                    bytes.removeLast(Int.random(in: 1...min(32, bytes.count - 1), using: &random))
                } else if position + 8 <= bytes.count {
                    let extreme: [UInt64] = [.max, 1 << 63, 1 << 32, UInt64(Int.max), 0]
                    let value = extreme[Int.random(in: 0..<extreme.count, using: &random)]
                    bytes.replaceSubrange(position..<position + 8, with: RawGGUF.le(value))
                }
            }
        }
        return bytes
    }
}
