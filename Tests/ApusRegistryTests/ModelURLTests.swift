import ApusStore
import Testing

@testable import ApusRegistry

@Suite struct ModelURLTests {
    @Test(arguments: [
        (
            "https://huggingface.co/bartowski/Llama-3.2-1B-GGUF/resolve/main/Llama-3.2-1B-Q4_K_M.gguf?download=true",
            "hf.co/bartowski/Llama-3.2-1B-GGUF:Q4_K_M"
        ),
        ("https://hf.co/u/r/blob/main/a/b/x.iq3_xxs.gguf", "hf.co/u/r:IQ3_XXS"),
        (
            "https://hf.co/u/r/raw/refs%2Fpr%2F1/x-UD-Q4_K_XL-00002-of-00003.gguf",
            "hf.co/u/r:UD-Q4_K_XL"
        ),
        ("https://hf.co/u/r/resolve/main/My%20Model.gguf", "hf.co/u/r:My-Model"),
        // A user that cannot be part of a name.
        ("https://hf.co/u.v/r/resolve/main/X-Q8_0.gguf", "x-q8_0:latest"),
        ("https://hf.co/datasets/u/r/resolve/main/x.gguf", "x:latest"),
        ("https://example.org/x.gguf", "x:latest"),
        ("HTTPS://Example.org:8443/a/%2E%2E%2Fetc%2Fx.GGUF#f", "2e-2e-2fetc-2fx:latest"),
        ("https://example.org/M%C3%B6del%20(v2)+.gguf?sig=a%2Fb.bin", "m--del--v2--:latest"),
        ("http://127.0.0.1:8000/..gguf.gguf", "gguf:latest"),
    ])
    func namesFollowTheFile(_ text: String, _ name: String) throws {
        let url = try #require(try ModelURL(text))
        #expect(try url.name.shortest == name)
    }

    @Test func filesOfTheHubAreThoseToDownload() throws {
        let url = try #require(
            try ModelURL("https://hf.co/u/r/blob/main/d/x-Q8_0-00002-of-00002.GGUF?download=true")
        )
        #expect(
            url.files.map(\.text)
                == (1...2).map {
                    "https://hf.co/u/r/resolve/main/d/x-Q8_0-0000\($0)-of-00002.GGUF?download=true"
                }
        )
    }

    @Test(arguments: [
        "llama3", "hf.co/u/r:Q4_K_M", "https://hf.co/u/r:Q4_K_M", "https://hf.co/u/r",
        "ftp://x/y.gguf", "https://x/y.bin?z=.gguf", "x.gguf", "team/x.gguf:latest",
        "https://x.gguf",
        "",
    ])
    func namesAreNoURLs(_ text: String) throws {
        #expect(try ModelURL(text) == nil)
    }

    @Test(arguments: [
        "https://me:hunter2@x/y.gguf", "https://hunter2@x/y.gguf", "https://x:0/y.gguf?hunter2",
        "https://x y/y.gguf?hunter2", "https://x/a\\b.gguf?hunter2", "https:///y.gguf#hunter2",
        "https://x/---.gguf?hunter2",
    ])
    func secretsAreNotQuoted(_ text: String) {
        let error = #expect(throws: RegistryError.self) { _ = try ModelURL(text)?.name }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test(arguments: [
        ("Llama-3.2-1B-Instruct-Q4_K_M", "Q4_K_M"), ("model_q4_0", "Q4_0"), ("x.f16", "F16"),
        ("Qwen3-30B-A3B-UD-IQ2_XXS", "UD-IQ2_XXS"), ("gpt-oss-20b-mxfp4", "MXFP4"),
        ("gpt-oss-20b-MXFP4_MOE", "MXFP4_MOE"), ("m-IQ3_S-imat", "IQ3_S"), ("m-TQ1_0", "TQ1_0"),
        ("m-Q2_K", "Q2_K"), ("m-Q8_K_XL", "Q8_K_XL"), ("bf16-to-Q6_K", "Q6_K"), ("F32", "F32"),
        ("m-Q4_K_M_extra", nil), ("Qwen3-4B", nil), ("m-Q4", nil), ("m-Q9_0", nil), ("IQ", nil),
        ("", nil), ("_", nil), ("m-Q4_", nil), ("m-Q4__K", nil),
    ])
    func labelIsTheLastOneInTheName(_ stem: String, _ label: String?) {
        #expect(QuantizationLabel.of(stem) == label)
    }
}
