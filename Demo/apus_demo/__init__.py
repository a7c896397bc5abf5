"""The Apus demo model: data, tokenizer, training, evaluation and export."""
