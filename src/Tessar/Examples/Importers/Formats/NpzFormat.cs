using Tessar.Examples.Importers.Columns;
using Tessar.Examples.Importers.Parsing;

namespace Tessar.Examples.Importers.Formats;

/// <summary>
/// NumPy's <c>.npz</c>: a zip archive of <c>.npy</c> files, each a column; names such as <c>x_train</c> tell the splits.
/// </summary>
/// <remarks>Every member's checksum is compared: where it is read to its end, or else before the store is finished.</remarks>
[SourceFormat("npz", "NumPy archive with arrays such as x_train, y_train, x_test, y_test", Rank = 41)]
internal sealed class NpzFormat : FileFormat
{
    private const string Ending = ".npy";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Extensions => [".npz"];

    /// <inheritdoc/>
    protected override bool IsMark(ReadOnlySpan<byte> start) =>
        start is [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..];

    /// <inheritdoc/>
    protected override IReadOnlyList<SourceTable> OpenFile(string path, string? split, OpeningContext opening)
    {
        IReadOnlyList<ZipMember> members = ZipMember.ReadAll(path);
        var arrays = new List<ArraySource>();
        var unread = new List<UnreadColumn>();
        foreach (ZipMember member in members)
        {
            if (!member.Name.EndsWith(Ending, StringComparison.Ordinal))
            {
                if (!member.Name.EndsWith('/'))
                    opening.LeftOut.AddFile(member.Name);
                continue;
            }

            string name = member.Name[..^Ending.Length];
            if (arrays.Exists(array => array.Name == name) || unread.Exists(column => column.Name == name))
                throw SourceFile.Refuse(path, null, "each array once", $"`{name}` twice");
            using Stream stream = member.Open();
            var header = NpyHeader.Read(stream, path, name);
            if (header.Unread is { } what)
                unread.Add(new UnreadColumn(name, what));
            else
                arrays.Add(Array(member, name, header));
        }

        return arrays.Count > 0
            ? ArraySplits.Tables(
                split, arrays, opening.Options, unread, files: cancellation => Describe(path, members, cancellation))
            : throw ChosenColumns.None(path, [], unread);
    }

    private static ArraySource Array(ZipMember member, string name, NpyHeader header)
    {
        if (header.DataOffset + header.DataBytes != member.Bytes)
            throw SourceFile.Refuse(
                member.Path, null, $"{header.DataOffset + header.DataBytes} bytes of `{name}`, by its shape", $"{member.Bytes}");
        return NpyArray.Of(header, member.Path, name, offset: null, () =>
        {
            Stream content = member.Open();
            content.ReadExactly(new byte[header.DataOffset]);
            return content;
        });
    }

    private static StoreSource[] Describe(string path, IReadOnlyList<ZipMember> members, CancellationToken cancellation)
    {
        foreach (ZipMember member in members)
            member.Verify(cancellation);
        return [SourceFile.Describe(path, cancellation)];
    }
}
