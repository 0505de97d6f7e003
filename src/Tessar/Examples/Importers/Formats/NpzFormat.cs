using System.IO.Compression;
using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>NumPy's <c>.npz</c>: a zip archive of <c>.npy</c> files, each a column; names such as <c>x_train</c> tell the splits.</summary>
internal sealed class NpzFormat : FileFormat
{
    /// <summary>Deflate can't expand data by more than this; an entry that promises more is forged.</summary>
    private const long LargestExpansion = 1032;

    /// <inheritdoc/>
    public override string Name => "npz";

    /// <inheritdoc/>
    public override string Summary => "NumPy archive with arrays such as x_train, y_train, x_test, y_test";

    /// <inheritdoc/>
    public override int Rank => 41;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Extensions => [".npz"];

    /// <inheritdoc/>
    protected override bool IsMark(ReadOnlySpan<byte> start) => start.StartsWith("PK"u8);

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenFile(string path, string? split, ImportOptions options, CancellationToken cancellation) =>
        SourceFile.Guard(path, "a NumPy archive", () =>
        {
            using FileStream file = SourceFile.Open(path);
            using var archive = new ZipArchive(file, ZipArchiveMode.Read);
            var arrays = new List<ArraySource>();
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                string name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : throw SourceFile.Refuse(
                    path, null, "only arrays (.npy) in a NumPy archive", $"`{entry.FullName}`");
                if (arrays.Exists(array => array.Name == name))
                    throw SourceFile.Refuse(path, null, "each array once", $"`{name}` twice");
                arrays.Add(OpenArray(path, name, entry));
            }

            return arrays.Count > 0 ? ArraySplits.Tables(split, arrays) : throw SourceFile.Refuse(path, null, "arrays in the archive", "none");
        });

    private static ArraySource OpenArray(string path, string name, ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        var header = NpyHeader.Read(stream, path, name);
        if (header.DataOffset + header.DataBytes != entry.Length || entry.Length / LargestExpansion > entry.CompressedLength)
        {
            throw SourceFile.Refuse(
                path, null, $"{header.DataOffset + header.DataBytes} bytes of `{name}`, by its shape",
                $"{entry.Length} ({entry.CompressedLength} compressed)");
        }

        return NpyArray.Of(header, path, name, offset: null, () => SourceFile.Guard(path, $"the array `{name}`", () => new ArchiveEntry(path, entry.FullName, header.DataOffset)));
    }

    /// <summary>One entry of the archive, opened by itself so that arrays can be read side by side.</summary>
    private sealed class ArchiveEntry : Stream
    {
        private readonly FileStream _file;
        private readonly ZipArchive _archive;
        private readonly Stream _content;

        public ArchiveEntry(string path, string name, int skip)
        {
            _file = SourceFile.Open(path);
            _archive = new ZipArchive(_file, ZipArchiveMode.Read);
            _content = _archive.GetEntry(name)?.Open() ?? throw SourceFile.Refuse(path, null, $"`{name}`, as before", "nothing");
            _content.ReadExactly(new byte[skip]);
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => _content.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => _content.Read(buffer);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _content.Dispose();
                _archive.Dispose();
                _file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
