using TorchSharp;

namespace Tessar.Cli;

internal static class Program
{
    private static int Main()
    {
        using var x = torch.ones(2, 2);
        System.Console.WriteLine(x.mm(x).sum().item<float>());
        return 0;
    }
}
