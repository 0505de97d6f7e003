using Tessar.Runs;
using static TorchSharp.torch;

namespace Tessar.Tests.Training.Optimizers;

/// <summary>Schedule-Free as it is written down: three sequences, tensor by tensor, nothing in place.</summary>
internal sealed class ScheduleFreeReference
{
    private readonly NamedSettings _numbers;
    private readonly double _beta;
    private Tensor _v;
    private Tensor _m;
    private double _sum;
    private double _highest;

    public ScheduleFreeReference(Tensor start, NamedSettings numbers)
    {
        _numbers = numbers;
        X = Y = Z = start.clone();
        _v = zeros_like(start);
        _m = zeros_like(start);
        _beta = numbers.Values.TryGetValue("momentum", out double momentum) ? momentum : numbers["beta1"];
    }

    public Tensor X { get; private set; }

    public Tensor Y { get; private set; }

    public Tensor Z { get; private set; }

    /// <summary>The closure form: it keeps x and z, and asks for the gradient at the y in between.</summary>
    public void StepBy(Func<Tensor, Tensor> gradient, double learningRate, long update) =>
        Step(gradient(((1 - _beta) * Z + _beta * X).DetachFromDisposeScope()), learningRate, update);

    public void Step(Tensor g, double learningRate, long update)
    {
        double rate = learningRate * Math.Min(1, Number("warmupSteps", 0) is > 0 and var warmup ? update / warmup : 1);
        Tensor u = g;
        if (_numbers.Values.ContainsKey("beta2"))
        {
            double b2 = _numbers["beta2"], correction = 1 - Math.Pow(b2, update);
            _v = (b2 * _v + (1 - b2) * g * g).DetachFromDisposeScope();
            bool divides = true;
            if (_numbers.Name == "sf-radam")
            {
                double most = 2 / (1 - b2) - 1, known = most - 2 * update * Math.Pow(b2, update) / correction;
                divides = known > 4;
                rate *= divides
                    ? Math.Sqrt((known - 4) * (known - 2) * most / ((most - 4) * (most - 2) * known))
                    : _numbers["silent"] >= 1 ? 0 : 1;
            }

            Tensor root = _numbers.Name == "sf-adamw-paper" ? _v.sqrt() : (_v / correction).sqrt();
            if (_numbers.Name == "sf-adamw-paper")
                rate *= Math.Sqrt(correction);
            if (Number("innerMomentum", 0) is > 0 and var inner)
            {
                _m = (inner * _m + (1 - inner) * g).DetachFromDisposeScope();
                u = _m / (1 - Math.Pow(inner, update));
            }

            if (divides)
                u = u / (root + _numbers["epsilon"]);
        }

        u = u + _numbers["weightDecay"] * Y;
        _highest = Math.Max(_highest, rate);
        double weight = _numbers.Values.ContainsKey("window")
            ? rate * rate
            : Math.Pow(update, Number("averagePower", 0)) * Math.Pow(_highest, Number("ratePower", 2));
        _sum += weight;
        double c = _sum > 0 ? weight / _sum : 0;
        if (_numbers.Values.TryGetValue("window", out double window))
            c = Math.Min(1, (1 - _beta) * window * c);
        Z = (Z - rate * u).DetachFromDisposeScope();
        X = ((1 - c) * X + c * Z).DetachFromDisposeScope();
        Y = ((1 - _beta) * Z + _beta * X).DetachFromDisposeScope();
    }

    private double Number(string name, double fallback) => _numbers.Values.GetValueOrDefault(name, fallback);
}
