/// Bodies that tests send.
enum OpenAIBodies {
    static func chat(_ fields: String = "", model: String = "m") -> String {
        #"{"model":"\#(model)","messages":[{"role":"user","content":"Hi"}]\#(fields)}"#
    }
}
