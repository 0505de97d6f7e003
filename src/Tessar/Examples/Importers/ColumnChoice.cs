using Tessar.Examples.Importers.Columns;
using Tessar.Tensors;

namespace Tessar.Examples.Importers;

/// <summary>Chooses which columns of a source are the pictures, the classes and the ids.</summary>
internal static class ColumnChoice
{
    /// <summary>Name of a column that holds the rows' ids.</summary>
    public const string IdName = "id";

    private static readonly string[] _images =
        ["image", "images", "img", "imgs", "jpg", "jpeg", "png", "webp", "bmp", "picture", "pictures", "pixels", "x", "data",
         "input", "inputs"];

    private static readonly string[] _labels = ["label", "labels", "cls", "class", "y", "target", "targets", "fine_label"];

    /// <summary>The column of pictures, or −1.</summary>
    /// <exception cref="TessarException">The one asked for isn't there or can't be pictures.</exception>
    public static int Image(IReadOnlyList<SourceColumn> columns, ImportOptions options)
    {
        if (options.Image is { } name)
        {
            int chosen = Find(columns, name, "pictures");
            return CanBeImages(columns[chosen]) ? chosen : throw new TessarException(
                $"`{columns[chosen]}` can't be pictures. Required are image files, or numbers of shape [height, width], [height, "
                    + $"width, channels] "
                + "or [channels, height, width] with at most 4 channels, as U8 or from 0 to 1. Name another column.",
                ErrorKind.Usage)
            { Remedies = [new(RemedyKind.ChangeArgument, "image")] };
        }

        int named = Named(columns, _images, CanBeImages);
        int[] likely = named >= 0 ? [named] : [.. Enumerable.Range(0, columns.Count).Where(i => AreLikelyImages(columns[i]))];
        return likely.Length == 1 ? likely[0] : -1;
    }

    /// <summary>The column of classes, or a field of one; null without any.</summary>
    /// <exception cref="TessarException">The one asked for isn't there or can't be classes.</exception>
    public static LabelCells? Label(IReadOnlyList<SourceColumn> columns, ImportOptions options)
    {
        if (options.Label is not { } name)
        {
            int named = Named(columns, _labels, column => column.Kind == CellKind.Text || column.IsSingleNumber);
            named = named >= 0 ? named : Named(columns, _labels, CanBeClasses);
            return named >= 0 ? new LabelCells(named, columns[named], null) : null;
        }

        // `meta.label` is the column of that name, or else the field `label` of the JSON in the column `meta`.
        for (int dot = name.Length; dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            int at = Named(columns, [name[..dot]], _ => true, StringComparison.Ordinal);
            if (at >= 0 && dot < name.Length && columns[at].Kind is CellKind.Json or CellKind.Text)
                return new LabelCells(at, columns[at], name[(dot + 1)..].Split('.'));
            if (at >= 0 && dot == name.Length && CanBeClasses(columns[at]))
                return new LabelCells(at, columns[at], null);
        }

        int chosen = Find(columns, name, "labels");
        string hint = columns[chosen].Kind == CellKind.Json ? $" Name a field of it: `{name}.label`." : " Name another column.";
        throw new TessarException(
            $"`{columns[chosen]}` can't be classes. Required is one whole number, one name, or one-hot numbers in each "
                + $"row.{hint}", ErrorKind.Usage)
        {
            Remedies = [new(RemedyKind.ChangeArgument, "label", columns[chosen].Kind == CellKind.Json ? $"{name}.label" : null)],
        };
    }

    /// <summary>The column of ids, whole numbers called <c>id</c>, or −1.</summary>
    public static int Id(IReadOnlyList<SourceColumn> columns) =>
        Named(columns, [IdName], column => column.IsSingleNumber && column.IsInteger);

    private static bool CanBeImages(SourceColumn column) => column.Kind switch
    {
        CellKind.Pixels or CellKind.Image or CellKind.Bytes => true,
        CellKind.Array =>
            column.Type is ElementType.U8 or ElementType.F32 or ElementType.F64 && PixelLayout.Of(column.Shape) is not null,
        _ => false,
    };

    private static bool AreLikelyImages(SourceColumn column) =>
        column.Kind is CellKind.Pixels or CellKind.Image
        || (column.Kind == CellKind.Array && column.Type == ElementType.U8 && PixelLayout.Of(column.Shape) is not null);

    private static bool CanBeClasses(SourceColumn column) =>
        column.Kind == CellKind.Text || (column.Kind == CellKind.Array && column.Shape.Count(dimension => dimension != 1) <= 1);

    private static int Named(
        IReadOnlyList<SourceColumn> columns, string[] names, Func<SourceColumn, bool> fits,
        StringComparison comparison = StringComparison.OrdinalIgnoreCase)
    {
        foreach (string name in names)
        {
            for (int i = 0; i < columns.Count; i++)
            {
                if (string.Equals(columns[i].Name, name, comparison) && fits(columns[i]))
                    return i;
            }
        }

        return -1;
    }

    private static int Find(IReadOnlyList<SourceColumn> columns, string name, string what)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns[i].Name == name)
                return i;
        }

        string[] names = [.. columns.Select(column => column.Name)];
        throw new TessarException(
            UnknownName.Text("column", name, names, $"in the source to take the {what} from"), ErrorKind.Usage);
    }
}
