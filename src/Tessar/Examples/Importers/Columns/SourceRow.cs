namespace Tessar.Examples.Importers.Columns;

/// <summary>One row of a source, and where it stands.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">The byte where the row begins, if it has one place.</param>
/// <param name="Name">What to call it in an error: a file within the source, or <c>row 7</c>.</param>
/// <param name="Cells">A value for each column; empty where it wasn't wanted.</param>
internal sealed record SourceRow(string Path, long? Offset, string Name, Cell[] Cells);
