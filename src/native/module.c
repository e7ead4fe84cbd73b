/* The module `structgrad._native`: the hot path in C, of which Python's is the definition. */
#define NATIVE_MODULE
#include "native.h"

/* As in structgrad/native.py, to be raised there and here when what both sides say to each other changes. */
enum { EDITION = 8 };

Python python;

/* Keep what Python gives, for good: args in the order of the places. */
static PyObject *connect(PyObject *args, PyObject **const *places, Py_ssize_t n)
{
    if (PyTuple_GET_SIZE(args) != n)
        return PyErr_Format(PyExc_TypeError, "%zd parts are to be connected, not %zd", n, PyTuple_GET_SIZE(args));
    Py_INCREF(args);
    for (Py_ssize_t i = 0; i < n; i++)
        *places[i] = PyTuple_GET_ITEM(args, i);
    return Py_NewRef(Py_None);
}

#define CLASS(place) (PyObject **)&python.place
#define COUNT(places) (Py_ssize_t)(sizeof places / sizeof *places)

/* connect_structs(class_kind, kind_of): once. */
static PyObject *connect_structs(PyObject *module, PyObject *args)
{
    static PyObject **const places[] = {&python.class_kind, &python.kind_of};
    return connect(args, places, COUNT(places));
}

/* connect_tape(…): once, with what tape/sweep.py lists. */
static PyObject *connect_tape(PyObject *module, PyObject *args)
{
    static PyObject **const places[] = {
        CLASS(traced),    CLASS(traced_array), CLASS(tape),      CLASS(scatter),   CLASS(parts),    &python.order,
        &python.refuse,   &python.output,      &python.hold,     &python.settle,   &python.dense,   &python.accumulate,
        &python.silence,  &python.is_zero,     &python.unpacked, &python.add_view, &python.negated, &python.same,
        &python.shape_of, &python.multiply,    &python.divide,
    };
    return connect(args, places, COUNT(places));
}

/* connect_gradient(…): once, with what transforms/grad.py lists. */
static PyObject *connect_gradient(PyObject *module, PyObject *args)
{
    static PyObject **const places[] = {
        &python.partial, &python.leaf_paths, &python.lifted_struct, &python.explain,  &python.seed,
        &python.number,  &python.check_held, &python.quietly,       &python.silently, &python.finished_leaves,
    };
    return connect(args, places, COUNT(places));
}

/* connect_op(_Application, _pair, PACK, TUPLE, getitem): once. */
static PyObject *connect_op(PyObject *module, PyObject *args)
{
    static PyObject **const places[] = {&python.application, &python.pair, &python.pack, &python.tuple_home,
                                        &python.getitem};
    return connect(args, places, COUNT(places));
}

/* claim(): True the first time. What the functions above are told is kept once, so a package that is
   imported a second time in a process does without. */
static PyObject *claim(PyObject *module, PyObject *none)
{
    static int claimed = 0;
    return PyBool_FromLong(!claimed++);
}

/* Names of attributes and arguments, and where they are kept. */
typedef struct {
    PyObject **place;
    const char *text;
} Name;

static const Name names[] = {
    {&python.elementwise, "elementwise"},
    {&python.bounded, "bounded"},
    {&python.writes, "writes"},
    {&python.form, "form"},
    {&python.open, "open"},
    {&python.matches, "matches"},
    {&python.close, "close"},
    {&python.view, "_view"},
    {&python.out, "out"},
    {&python.where, "where"},
    {&python.written, "written"},
    {&python.cotangents, "cotangents"},
    {&python.append, "append"},
    {NULL, NULL},
};

static int prepare(void)
{
    python.float64 = (PyObject *)PyArray_DescrFromType(NPY_DOUBLE);
    python.float32 = (PyObject *)PyArray_DescrFromType(NPY_FLOAT);
    python.scalar_home = Py_BuildValue("(()O)", python.float64);
    python.scalar_home32 = Py_BuildValue("(()O)", python.float32);
    python.one = PyArray_Scalar(&(double){1.0}, (PyArray_Descr *)python.float64, NULL);
    python.make = PyObject_GetAttrString((PyObject *)&PyBaseObject_Type, "__new__");
    for (const Name *name = names; name->text != NULL; name++)
        *name->place = PyUnicode_InternFromString(name->text);
    return PyErr_Occurred() ? -1 : 0;
}

static PyMethodDef functions[] = {
    {"claim", claim, METH_NOARGS, NULL},
    {"connect_structs", connect_structs, METH_VARARGS, NULL},
    {"connect_tape", connect_tape, METH_VARARGS, NULL},
    {"connect_gradient", connect_gradient, METH_VARARGS, NULL},
    {"connect_op", connect_op, METH_VARARGS, NULL},
    {"flatten", flatten, METH_O, NULL},
    {"build", build, METH_VARARGS, NULL},
    {"same_structure", same_structure, METH_VARARGS, NULL},
    {"recorder", recorder, METH_VARARGS, NULL},
    {"ufunc_hook", ufunc_hook, METH_VARARGS, NULL},
    {"function_hook", function_hook, METH_VARARGS, NULL},
    {"call_in_c", call_in_c, METH_VARARGS, NULL},
    {"caller", caller, METH_VARARGS, NULL},
    {"reader", reader, METH_VARARGS, NULL},
    {"stretched", stretched, METH_VARARGS, NULL},
    {"are_plain", are_plain, METH_O, NULL},
    {"traced_leaves", traced_leaves, METH_VARARGS, NULL},
    {"finished_leaves", finished_leaves, METH_VARARGS, NULL},
    {"differentiated", differentiated, METH_VARARGS, NULL},
    {"apply", apply, METH_VARARGS, NULL},
    {"negated", negated, METH_O, NULL},
    {"is_finite", is_finite, METH_O, NULL},
    {"add_rows", add_rows, METH_VARARGS, NULL},
    {"in_range", in_range, METH_VARARGS, NULL},
    {"summed_rows", summed_rows, METH_VARARGS, NULL},
    {"back", back, METH_VARARGS, NULL},
    {NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "structgrad._native",
    .m_size = -1,
    .m_methods = functions,
};

static int add(PyObject *module, const char *name, PyTypeObject *type)
{
    return PyType_Ready(type) < 0 ? -1 : PyModule_AddObjectRef(module, name, (PyObject *)type);
}

PyMODINIT_FUNC PyInit__native(void)
{
    import_array();
    /* As in a class without __new__, so that object.__new__ makes a value whose fields are yet to be set. */
    ValueFieldsType.tp_new = TapeFieldsType.tp_new = PyBaseObject_Type.tp_new;
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL || prepare() < 0 || PyType_Ready(&RecorderType) < 0 || PyType_Ready(&HookType) < 0 ||
        PyType_Ready(&CallerType) < 0 || PyType_Ready(&ReaderType) < 0 || PyType_Ready(&ApplicationType) < 0 ||
        add(module, "ValueFields", &ValueFieldsType) < 0 || add(module, "TapeFields", &TapeFieldsType) < 0 ||
        add(module, "Counter", &CounterType) < 0 || PyModule_AddIntConstant(module, "EDITION", EDITION) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
