namespace Tessar.Examples;

/// <summary>What is known beforehand about Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747).</summary>
internal static class FashionMnist
{
    /// <summary>SHA-256 of the label files' content, training first, as published.</summary>
    private static readonly string[] _labels =
    [
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ];

    /// <summary>Names of the classes, by label.</summary>
    public static IReadOnlyList<string> Classes { get; } =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>True for the content of one of its two label files.</summary>
    public static bool IsLabelFile(StoreSource source) => _labels.Contains(source.Sha256, StringComparer.Ordinal);
}
