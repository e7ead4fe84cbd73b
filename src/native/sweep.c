/* The reverse sweep of tape/sweep.py, for edges and cotangents as they are all day; the rest is asked of Python. */
#include "native.h"

/* The next edge, a new reference; NULL at the end or for an error. A list is taken off from its end, up to None. */
static PyObject *next_edge(PyObject *edges)
{
    if (!PyList_CheckExact(edges))
        return PyIter_Next(edges);
    Py_ssize_t n = PyList_GET_SIZE(edges);
    if (n == 0)
        return NULL;
    PyObject *edge = Py_NewRef(PyList_GET_ITEM(edges, n - 1));
    if (edge == Py_None || PyList_SetSlice(edges, n - 1, n, NULL) < 0) {
        Py_DECREF(edge);
        return NULL;
    }
    return edge;
}

static inline int is_in_pieces(PyObject *g)
{
    return Py_IS_TYPE(g, python.scatter) || Py_IS_TYPE(g, python.parts);
}

/* What any pullback makes of g: a new reference. */
static PyObject *called(PyObject *edge, PyObject *g)
{
    Py_ssize_t kept = PyTuple_GET_SIZE(edge) - 5;
    PyObject *args[9] = {NULL, g}, **many = args, *dx;
    if (kept > 7 && (many = PyMem_New(PyObject *, kept + 2)) == NULL)
        return PyErr_NoMemory();
    many[1] = g;
    for (Py_ssize_t i = 0; i < kept; i++)
        many[2 + i] = PyTuple_GET_ITEM(edge, 5 + i);
    dx = PyObject_Vectorcall(PyTuple_GET_ITEM(edge, 4), many + 1, (kept + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    if (many != args)
        PyMem_Free(many);
    return dx;
}

/* As `called`, the pullbacks that are one operator without a call. own: whether g is wanted no more, so that what comes
   of it may take its memory. */
static PyObject *pulled(PyObject *edge, PyObject *g, int own)
{
    PyObject *pull = PyTuple_GET_ITEM(edge, 4);
    if (pull == python.same)
        return Py_NewRef(g);
    if (pull == python.negated && PyArray_CheckExact(g))
        return negated(NULL, g);
    if (pull == python.multiply || pull == python.divide)
        return product(g, PyTuple_GET_ITEM(edge, 5), pull == python.divide, own);
    return called(edge, g);
}

/* Whether a cotangent is of the shape and dtype that its value has. */
static inline int is_at_home(PyObject *dx, PyObject *home)
{
    PyObject *shape = PyTuple_GET_ITEM(home, 0), *dtype = PyTuple_GET_ITEM(home, 1);
    if (PyArray_CheckExact(dx))
        return (PyObject *)PyArray_DESCR((PyArrayObject *)dx) == dtype && has_shape((PyArrayObject *)dx, shape);
    if (!PyTuple_CheckExact(shape)) /* several values in one have several cotangents in one */
        return home == python.tuple_home && PyList_CheckExact(dx);
    if (PyTuple_GET_SIZE(shape) > 0)
        return 0;
    return (Py_IS_TYPE(dx, &PyDoubleArrType_Type) && dtype == python.float64) ||
           (Py_IS_TYPE(dx, &PyFloatArrType_Type) && dtype == python.float32);
}

/* The sum of a batch of cotangents (n, *shape) over n, as NumPy adds them up. NULL if it is no such batch. */
static PyObject *unbatched(PyObject *dx, PyObject *home)
{
    PyArrayObject *g = (PyArrayObject *)dx;
    PyObject *shape = PyTuple_GET_ITEM(home, 0);
    if (!is_float64_array(dx) || PyTuple_GET_ITEM(home, 1) != python.float64 || !PyArray_ISCARRAY_RO(g) ||
        !PyTuple_CheckExact(shape) || PyTuple_GET_SIZE(shape) + 1 != PyArray_NDIM(g) || PyArray_DIM(g, 0) == 0)
        return NULL;
    npy_intp n = PyArray_DIM(g, 0), m = PyArray_SIZE(g) / n;
    for (int i = 1; i < PyArray_NDIM(g); i++)
        if (PyLong_AsSsize_t(PyTuple_GET_ITEM(shape, i - 1)) != PyArray_DIM(g, i))
            return NULL;
    if (m < 2) /* one column NumPy adds up in pairs */
        return NULL;
    PyArrayObject *total = (PyArrayObject *)PyArray_SimpleNew(PyArray_NDIM(g) - 1, PyArray_DIMS(g) + 1, NPY_DOUBLE);
    if (total == NULL)
        return NULL;
    double *t = PyArray_DATA(total);
    const double *p = PyArray_DATA(g);
    for (npy_intp k = 0; k < m; k++)
        t[k] = 0.0 + p[k]; /* as NumPy begins: of zeros with a minus the sum has none */
    for (npy_intp i = 1; i < n; i++)
        for (npy_intp k = 0; k < m; k++)
            t[k] += p[i * m + k];
    return (PyObject *)total;
}

/* The sum of what a slot has and what comes to it; takes both references. Memory that only the slot has is reused. */
static PyObject *sum(PyObject *before, PyObject *dx)
{
    PyObject *total;
    if (PyArray_CheckExact(before) && PyArray_CheckExact(dx)) {
        PyArrayObject *b = (PyArrayObject *)before, *d = (PyArrayObject *)dx;
        int own = Py_REFCNT(before) == 1 && PyArray_BASE(b) == NULL && PyArray_ISCARRAY(b) &&
                  PyArray_DESCR(b) == PyArray_DESCR(d) && PyArray_SAMESHAPE(b, d);
        total = own ? PyNumber_InPlaceAdd(before, dx) : PyNumber_Add(before, dx);
    } else if (is_real(before) && is_real(dx))
        total = PyNumber_Add(before, dx);
    else {
        PyObject *args[] = {before, dx};
        total = PyObject_Vectorcall(python.accumulate, args, 2, NULL);
    }
    Py_DECREF(before);
    Py_DECREF(dx);
    return total;
}

/* Whether an attribute of a rule is true; -1 for an error. */
static int says(PyObject *rule, PyObject *name)
{
    PyObject *answer = PyObject_GetAttr(rule, name);
    int is = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return is;
}

/* Whether a cotangent is zero all over; -1 for an error. */
static int is_zero(PyObject *g)
{
    if (Py_IS_TYPE(g, &PyDoubleArrType_Type))
        return PyArrayScalar_VAL(g, Double) == 0.0;
    if (is_float64_array(g) && PyArray_ISALIGNED((PyArrayObject *)g) && PyArray_SIZE((PyArrayObject *)g) > 0 &&
        *(double *)PyArray_DATA((PyArrayObject *)g) != 0.0)
        return 0; /* as a rule, seen without a look at the rest */
    PyObject *answer = PyObject_CallOneArg(python.is_zero, g);
    int is = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return is;
}

/* As `pulled`, in a run that selects: what is not asked for has no say, be its slope infinite. */
static PyObject *pulled_silently(PyObject *edge, PyObject *g)
{
    PyObject *rule = PyTuple_GET_ITEM(edge, 1);
    int writes = says(rule, python.writes), elementwise = says(rule, python.elementwise);
    if (writes < 0 || elementwise < 0)
        return NULL;
    if (!writes && !elementwise) {
        int zero = is_zero(g);
        if (zero)
            return zero < 0 ? NULL : Py_NewRef(Py_None);
    }
    PyObject *pull = PyTuple_GET_ITEM(edge, 4);
    if (elementwise && (pull == python.multiply || pull == python.divide)) {
        PyObject *silent = silent_product(g, PyTuple_GET_ITEM(edge, 5), pull == python.divide);
        if (silent != NULL || PyErr_Occurred())
            return silent;
    }
    PyObject *dx = pulled(edge, g, 0);
    if (dx == NULL || dx == Py_None || writes || !elementwise || PyTuple_GET_SIZE(edge) == 5)
        return dx;
    int bounded = says(rule, python.bounded);
    if (bounded)
        return bounded > 0 ? dx : (Py_DECREF(dx), NULL);
    if (is_float64_array(dx) && PyArray_ISCARRAY_RO((PyArrayObject *)dx) && all_finite((PyArrayObject *)dx) &&
        !Py_IS_TYPE(g, &PyDoubleArrType_Type))
        return dx;
    PyObject *args[] = {g, dx}, *silenced = PyObject_Vectorcall(python.silence, args, 2, NULL);
    Py_DECREF(dx);
    return silenced;
}

/* A cotangent brought home to the shape and dtype of its value; takes dx. */
static PyObject *settled(PyObject *dx, PyObject *home, PyObject *rule)
{
    PyObject *found = unbatched(dx, home);
    if (found == NULL && !PyErr_Occurred())
        found = PyObject_CallFunctionObjArgs(python.settle, dx, home, rule, NULL);
    Py_DECREF(dx);
    return found;
}

/* What comes over an edge whose pullback is the negative of g: the same sum, negated when it is small. */
static PyObject *negated_sum(PyObject *edge, PyObject *g, PyObject *home)
{
    PyObject *sum = settled(Py_NewRef(g), home, PyTuple_GET_ITEM(edge, 1));
    PyObject *zero = PyFloat_FromDouble(0.0); /* 0 − 0 is 0, as NumPy's sum of −0 is */
    PyObject *dx = sum == NULL || zero == NULL ? NULL : PyNumber_Subtract(zero, sum);
    Py_XDECREF(sum);
    Py_XDECREF(zero);
    return dx;
}

static int put(PyObject *bars, Py_ssize_t i, PyObject *x)
{
    return PyList_SetItem(bars, i, x); /* takes x */
}

/* Go back over one edge; -1 for an error. */
static int step(PyObject *edge, PyObject *bars, int selects, PyObject *special, int *pieces)
{
    Py_ssize_t slot = PyLong_AsSsize_t(PyTuple_GET_ITEM(edge, 0)), of = slot >= 0 ? slot : ~slot;
    Py_ssize_t parent = PyLong_AsSsize_t(PyTuple_GET_ITEM(edge, 2));
    Py_ssize_t n = PyList_GET_SIZE(bars);
    if (PyErr_Occurred() || of >= n || parent < 0 || parent >= n) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_IndexError, "an edge leads to a slot that the tape does not have");
        return -1;
    }
    PyObject *g = Py_NewRef(PyList_GET_ITEM(bars, of)), *home = PyTuple_GET_ITEM(edge, 3), *dx;
    if (g == Py_None) {
        Py_DECREF(g);
        return 0;
    }
    if (slot >= 0)
        put(bars, of, Py_NewRef(Py_None));
    if (*pieces && is_in_pieces(g)) {
        PyObject *whole = PyObject_CallOneArg(python.dense, g);
        Py_DECREF(g);
        if (whole == NULL)
            return -1;
        g = whole;
        if (slot < 0)
            put(bars, of, Py_NewRef(g));
    }
    if (special != Py_None)
        dx = PyObject_CallFunctionObjArgs(special, g, edge, NULL);
    else if (PyTuple_GET_ITEM(edge, 4) == python.negated && home != Py_None && is_float_array(g) &&
             !is_at_home(g, home))
        dx = negated_sum(edge, g, home);
    else
        dx = selects ? pulled_silently(edge, g) : pulled(edge, g, 1);
    Py_DECREF(g);
    if (dx == NULL)
        return -1;
    if (dx == Py_None) {
        Py_DECREF(dx);
        return 0;
    }
    if (home != Py_None && !is_at_home(dx, home)) {
        dx = settled(dx, home, PyTuple_GET_ITEM(edge, 1));
        if (dx == NULL)
            return -1;
        *pieces |= is_in_pieces(dx);
    }
    PyObject *before = PyList_GET_ITEM(bars, parent);
    if (before != Py_None) {
        Py_INCREF(before);
        put(bars, parent, Py_NewRef(Py_None)); /* so that only we hold it */
        dx = sum(before, dx);
        if (dx == NULL)
            return -1;
    }
    return put(bars, parent, dx);
}

/* back(edges, bars, selects, special): see `_back` in tape/sweep.py. special: what goes over an edge in a run that has
   complex values, or None. */
PyObject *back(PyObject *module, PyObject *args)
{
    PyObject *edges, *bars, *special, *edge;
    int pieces = 0, selects;
    if (!PyArg_ParseTuple(args, "OO!pO", &edges, &PyList_Type, &bars, &selects, &special))
        return NULL;
    while ((edge = next_edge(edges)) != NULL) {
        int failed = step(edge, bars, selects, special, &pieces);
        Py_DECREF(edge);
        if (failed)
            return NULL;
    }
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}
