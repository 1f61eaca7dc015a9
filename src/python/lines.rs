//! From byte offsets to lines and columns, as Python counts them.

/// Where the lines of a source begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Lines end at `\n`, `\r\n` or a lone `\r`, as in Python.
    pub fn new(source: &str) -> Self {
        let bytes = source.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
        starts.push(0);
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(at as u32 + 1);
        }
        Self { starts }
    }

    /// Number of lines; an empty last line counts.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The 1-based line that holds a byte offset; the last one for offsets behind the end.
    pub fn line(&self, offset: usize) -> u32 {
        self.starts.partition_point(|&start| start as usize <= offset) as u32
    }

    /// 1-based line and 1-based column in characters of a byte offset.
    pub fn position(&self, source: &str, offset: usize) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.start(line);
        let end = source.floor_char_boundary(offset.min(source.len()));
        let column = source.get(start..end).map_or(0, |text| text.chars().count());
        (line, column as u32 + 1)
    }

    /// Byte offset where a 1-based line begins; the end of the last line for lines that do not exist.
    pub fn start(&self, line: u32) -> usize {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        self.starts[index] as usize
    }

    /// The text of a 1-based line without its line end; empty for lines that do not exist.
    pub fn text<'s>(&self, source: &'s str, line: u32) -> &'s str {
        if line == 0 || line as usize > self.starts.len() {
            return "";
        }
        let start = self.start(line);
        let end = self.starts.get(line as usize).map_or(source.len(), |&next| next as usize);
        source.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    #[test]
    fn every_line_end_counts_once() {
        let source = "a\r\nb\rc\nd";
        let index = LineIndex::new(source);
        assert_eq!(index.count(), 4);
        assert_eq!(
            (1..=5).map(|n| index.text(source, n)).collect::<Vec<_>>(),
            ["a", "b", "c", "d", ""]
        );
    }

    #[test]
    fn columns_are_characters() {
        let source = "é = 'ü' x\n";
        let index = LineIndex::new(source);
        assert_eq!(index.position(source, source.find('x').unwrap()), (1, 9));
        assert_eq!(index.position(source, 1), (1, 1));
        assert_eq!(index.position(source, 999), (2, 1));
    }

    #[test]
    fn empty_source_has_one_line() {
        let index = LineIndex::new("");
        assert_eq!(index.position("", 0), (1, 1));
        assert_eq!(index.text("", 1), "");
    }
}
