{
 "$asm.manifest": "http://purl.allotrope.org/manifests/plate-reader/REC/2025/03/plate-reader.manifest",
 "plate reader aggregate document": {
  "data system document": {
   "file name": "export",
   "software name": "Reader",
   "software version": "1.2",
   "ASM converter name": "allotropy_x",
   "ASM converter version": "0.1"
  },
  "plate reader document": [
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "measurement C4 562",
       "sample document": {
        "location identifier": "C4",
        "sample identifier": "EV batch 7",
        "well plate identifier": "Plate 1",
        "sample role type": "unknown sample role"
       },
       "device control aggregate document": {
        "device control document": [
         {
          "device type": "detector",
          "detector wavelength setting": {
           "value": 562.0,
           "unit": "nm"
          }
         }
        ]
       },
       "compartment temperature": {
        "value": 25.0,
        "unit": "degC"
       },
       "absorbance profile data cube": {
        "label": "absorbance",
        "cube-structure": {
         "dimensions": [
          {
           "@componentDatatype": "double",
           "concept": "elapsed time",
           "unit": "s"
          }
         ],
         "measures": [
          {
           "@componentDatatype": "double",
           "concept": "absorbance",
           "unit": "mAU"
          }
         ]
        },
        "data": {
         "dimensions": [
          [
           0.0,
           60.0,
           120.0
          ]
         ],
         "measures": [
          [
           0.051,
           null,
           0.32
          ]
         ]
        }
       }
      }
     ]
    }
   }
  ]
 }
}
